import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { mendCommand, subscribeCommand } from './commands.ts';
import { findDrift } from './find-drift.ts';
import type { Look } from './look.ts';
import { describePendingTime, type PendingTime } from './pending-time.ts';
import { showEndpoint } from './show-endpoint.ts';
import type { Listed } from './subscription-client.ts';

type Reason =
  | 'confirmed'
  | 'missing'
  | 'wrong-endpoint'
  | 'pending'
  | 'drift'
  | 'foreign-subscription'
  | AwsFailure['reason'];

/** One thing that is to be said; the first of a list is the verdict. */
export type Finding = { reason: Reason; says: string; actions: string[] } & (
  | { verdict: 'pass' | 'unknown' }
  | { verdict: 'fail'; severity: NonNullable<CheckReport['severity']> }
);

export type Seen = {
  look: Look;
  foreign: Listed[];
  /** Only of a pending one. */
  pending?: PendingTime;
};

const isHttp = ({ protocol }: Listed): boolean => protocol === 'http' || protocol === 'https';

const unknown = ({ reason, message }: AwsFailure, what: string): Finding => ({
  verdict: 'unknown',
  reason,
  says: `${what} (${message})`,
  actions: [
    'Let this function list the topic and read its subscriptions, and see that both exist.',
  ],
});

const lost = (webhook: WebhookPolicy, foreign: Listed[]): Finding => {
  const other = foreign.find(isHttp);
  return {
    verdict: 'fail',
    severity: webhook.severity,
    reason: other === undefined ? 'missing' : 'wrong-endpoint',
    says:
      other === undefined
        ? `${webhook.endpoint} is not subscribed to ${webhook.topic}`
        : `${webhook.endpoint} is not subscribed to ${webhook.topic}, but ${showEndpoint(other)} is`,
    actions: [`Subscribe it: ${subscribeCommand(webhook)}`],
  };
};

const waiting = (webhook: WebhookPolicy, pending: PendingTime | undefined): Finding => ({
  verdict: 'fail',
  severity: webhook.severity,
  reason: 'pending',
  says: `the subscription of ${webhook.endpoint} waits for its confirmation; ${describePendingTime(pending)}`,
  actions: [
    `Let the endpoint confirm what SNS sends it. To have it sent again: ${subscribeCommand(webhook)}`,
  ],
});

const ofConfirmed = (
  webhook: WebhookPolicy,
  { arn, attributes }: Extract<Look, { state: 'confirmed' }>,
): Finding[] => {
  const drift = findDrift(webhook, attributes);
  if (drift.length === 0) return [];
  return [
    {
      verdict: 'fail',
      severity: webhook.severity,
      reason: 'drift',
      says: `the subscription ${drift.map(({ says }) => says).join(', ')}`,
      actions: drift.map((one) => `Mend it: ${mendCommand(arn, one)}`),
    },
  ];
};

const ownFindings = (webhook: WebhookPolicy, { look, foreign, pending }: Seen): Finding[] => {
  switch (look.state) {
    case 'not-looked':
      return [unknown(look.failure, 'the subscriptions of the topic were not read')];
    case 'missing':
      return [lost(webhook, foreign)];
    case 'pending':
      return [waiting(webhook, pending)];
    case 'unread':
      return [unknown(look.failure, 'it is subscribed, but its attributes were not read')];
    case 'confirmed':
      return ofConfirmed(webhook, look);
  }
};

const MOST_NAMED = 3;

const foreignFinding = (foreign: Listed[]): Finding[] => {
  if (foreign.length === 0) return [];
  const named = foreign.slice(0, MOST_NAMED).map(showEndpoint).join(', ');
  const more = foreign.length > MOST_NAMED ? ` and ${foreign.length - MOST_NAMED} more` : '';
  return [
    {
      verdict: 'fail',
      severity: 'warning',
      reason: 'foreign-subscription',
      says: `the topic has subscriptions that the plan does not know: ${named}${more}`,
      actions: ["Name it among the webhook's subscribers, or end its subscription."],
    },
  ];
};

/** A sure fault before a doubt, a louder one before another; a list keeps its order otherwise. */
const weight = (finding: Finding): number => {
  if (finding.verdict === 'fail') return finding.severity === 'critical' ? 0 : 1;
  return 2;
};

/**
 * What is to be said of a webhook's subscription, the verdict first. Pure.
 */
export const decideSubscription = (webhook: WebhookPolicy, seen: Seen): [Finding, ...Finding[]] => {
  const findings = [...ownFindings(webhook, seen), ...foreignFinding(seen.foreign)].sort(
    (a, b) => weight(a) - weight(b),
  );
  const [first, ...more] = findings;
  if (first !== undefined) return [first, ...more];
  const says = `${webhook.endpoint} is subscribed to ${webhook.topic}, confirmed, as the plan says`;
  return [{ verdict: 'pass', reason: 'confirmed', says, actions: [] }];
};
