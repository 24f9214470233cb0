import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { Confirmation } from '../../shared/sns-envelope/envelope.ts';
import type { Said } from './make-report.ts';
import { worstSeverity } from './make-report.ts';

/** A confirmation, with what belongs to it. */
export type Case = {
  confirmation: Confirmation;
  /** Of the message as it came. */
  sha256: string;
  /** The plan's webhooks that it can be about. */
  webhooks: readonly WebhookPolicy[];
  now: Date;
};

const EXPECTED = { confirmed: true, authenticateOnUnsubscribe: true };

const SUBSCRIBE_AGAIN =
  'Subscribe the endpoint again (aws sns subscribe, or heal: true in the plan) and confirm within two days.';

const nameOf = (topicArn: string): string => topicArn.slice(topicArn.lastIndexOf(':') + 1);

export const isEnd = ({ type }: Confirmation): boolean => type === 'UnsubscribeConfirmation';

const common = ({ confirmation, sha256, now }: Case) => {
  const { topicArn, messageId, sentAt } = confirmation;
  const age = Math.max(0, (now.getTime() - sentAt.getTime()) / 1_000);
  return {
    check: 'webhook-confirmation' as const,
    expected: EXPECTED,
    measurements: [{ name: 'message-age', value: age, unit: 'seconds' }],
    evidence: [{ uri: `${topicArn}/${messageId}`, sha256 }],
    at: now,
  };
};

/**
 * The end of a subscription is dated when SNS told of it: the same message twice then makes one alert,
 * and none after a person has closed it.
 */
const ofEnd = (given: Case) => ({
  ...common(given),
  check: 'webhook-ended' as const,
  measurements: [],
  at: given.confirmation.sentAt,
});

export const sayConfirmed = (given: Case, arn: string | undefined): Said => {
  const topic = nameOf(given.confirmation.topicArn);
  if (!isEnd(given.confirmation)) {
    return {
      ...common(given),
      verdict: 'pass',
      reason: arn === undefined ? 'already-confirmed' : 'confirmed',
      summary: `its subscription to ${topic} is confirmed`,
      observed: { confirmed: true, ...(arn === undefined ? {} : { subscriptionArn: arn }) },
    };
  }
  return {
    ...ofEnd(given),
    verdict: 'fail',
    severity: worstSeverity(given.webhooks),
    reason: 'ended-and-restored',
    summary: `somebody ended its subscription to ${topic}, which the plan promises; it was restored`,
    observed: {
      confirmed: true,
      subscriptionArn: arn ?? null,
      endedAt: given.confirmation.timestamp,
    },
    action:
      'Find out who did it: up to now, anyone who could read a message of this topic was able to. From now on it takes credentials.',
  };
};

/** The token is worth nothing, or not what it should be. */
export const sayRefused = (given: Case, reason: string): Said => {
  const topic = nameOf(given.confirmation.topicArn);
  const ended = isEnd(given.confirmation);
  return {
    ...(ended ? ofEnd(given) : common(given)),
    verdict: 'fail',
    severity: worstSeverity(given.webhooks),
    reason,
    summary: ended
      ? `somebody ended its subscription to ${topic}, and it could not be restored (${reason})`
      : `a confirmation for ${topic} came, and nothing could be confirmed with it (${reason})`,
    observed: { confirmed: false, sentAt: given.confirmation.timestamp },
    action: SUBSCRIBE_AGAIN,
  };
};

/** SNS confirmed something else than the message said. */
export const sayElsewhere = (given: Case, arn: string): Said => ({
  ...common(given),
  verdict: 'fail',
  severity: 'critical',
  reason: 'other-subscription',
  summary: `the token of a confirmation for ${nameOf(given.confirmation.topicArn)} confirmed another subscription`,
  observed: { subscriptionArn: arn },
  action: `Look whether ${arn} is wanted, and end it if not: aws sns unsubscribe --subscription-arn ${arn}`,
});

/** Somebody who may send to the queue put something there that SNS never signed. */
export const sayForged = (given: Case, reason: string, detail: string): Said => ({
  ...common(given),
  verdict: 'fail',
  severity: 'warning',
  reason: 'forged',
  summary: `a confirmation that SNS did not sign was refused (${reason}: ${detail}); nothing was confirmed`,
  observed: { signature: reason },
  action: 'Find out who sends to the queue of this function.',
});

/** SNS signed that it was ended, so that much is known, whether or not SNS answers now. */
export const sayNotRestoredYet = (given: Case, detail: string): Said => ({
  ...ofEnd(given),
  verdict: 'fail',
  severity: worstSeverity(given.webhooks),
  reason: 'sns-unavailable',
  summary: `somebody ended a subscription to ${nameOf(given.confirmation.topicArn)}, and it is not restored yet, which is tried again: ${detail}`,
  observed: { confirmed: false, endedAt: given.confirmation.timestamp },
  action: `Look whether it is back within minutes. ${SUBSCRIBE_AGAIN}`,
});

export const sayUnknown = (given: Case, reason: string, detail: string): Said => ({
  ...common(given),
  verdict: 'unknown',
  reason,
  summary: `a confirmation waits and is tried again: ${detail}`,
  observed: null,
});
