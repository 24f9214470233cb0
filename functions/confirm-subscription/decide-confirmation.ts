import { endpointKey } from '../../shared/plan/endpoint-key.ts';
import type { Confirmation } from '../../shared/sns-envelope/envelope.ts';

/** A subscription as SNS lists it: without an ARN as long as it is not confirmed. */
export type Subscription = { endpoint: string; arn?: string };

export type Situation = {
  type: Confirmation['type'];
  /** The subscription that was ended, where the message names it. */
  endedArn?: string;
  /** Since SNS sent it. */
  ageSeconds: number;
  /** Endpoints of the plan's webhooks on this topic. */
  required: readonly string[];
  /** Endpoints of its other subscriptions, which the plan allows. */
  allowed: readonly string[];
  /** Absent: the topic's subscriptions may not be listed. */
  listing?: readonly Subscription[];
};

export type Ruling =
  /** `endpoints`: which of the plan's it can be about; none where nothing is known. */
  | { ruling: 'confirm'; endpoints: string[] }
  | { ruling: 'nothing-to-do'; reason: 'already-confirmed' | 'not-of-the-plan' }
  | { ruling: 'wait'; afterSeconds: number }
  | { ruling: 'refuse'; reason: 'token-expired' | 'nothing-pending' };

/** Source: SNS API reference, ConfirmSubscription: "Confirmation tokens are valid for two days." */
const TOKEN_SECONDS = 2 * 86_400;
/** A new subscription may be listed a moment after its confirmation was sent. */
const SETTLE_SECONDS = 60;
const WAIT_SECONDS = 20;

const isOf = (endpoint: string) => (listed: Subscription) =>
  endpointKey(listed.endpoint) === endpointKey(endpoint);

const missing = (wanted: readonly string[], listing: readonly Subscription[]): string[] =>
  wanted.filter((endpoint) => !listing.some(isOf(endpoint)));

const isExpired = ({ ageSeconds }: Situation): boolean => ageSeconds > TOKEN_SECONDS;

const decideSubscribed = (situation: Situation): Ruling => {
  const { listing, required, allowed, ageSeconds } = situation;
  if (listing === undefined) {
    return isExpired(situation)
      ? { ruling: 'refuse', reason: 'token-expired' }
      : { ruling: 'confirm', endpoints: [] };
  }
  const planned = [...required, ...allowed];
  const pending = planned.filter((endpoint) =>
    listing.filter(isOf(endpoint)).some(({ arn }) => arn === undefined),
  );
  if (pending.length > 0) {
    return isExpired(situation)
      ? { ruling: 'refuse', reason: 'token-expired' }
      : { ruling: 'confirm', endpoints: pending };
  }
  if (missing(planned, listing).length > 0 && ageSeconds < SETTLE_SECONDS) {
    return { ruling: 'wait', afterSeconds: WAIT_SECONDS };
  }
  return missing(required, listing).length === 0
    ? { ruling: 'nothing-to-do', reason: 'already-confirmed' }
    : { ruling: 'refuse', reason: isExpired(situation) ? 'token-expired' : 'nothing-pending' };
};

const decideEnded = ({ listing, endedArn, required, allowed }: Situation): Ruling => {
  if (listing === undefined) return { ruling: 'confirm', endpoints: [] };
  // Still there, or there again. Restoring what exists changes nothing, and missing it would.
  const listed = listing.find(({ arn }) => arn !== undefined && arn === endedArn);
  if (listed !== undefined) {
    return [...required, ...allowed].some((endpoint) => isOf(endpoint)(listed))
      ? { ruling: 'confirm', endpoints: [listed.endpoint] }
      : { ruling: 'nothing-to-do', reason: 'not-of-the-plan' };
  }
  // One that was subscribed again since, and waits, still gets nothing.
  const confirmed = listing.filter(({ arn }) => arn !== undefined);
  const endpoints = missing(required, confirmed);
  return endpoints.length > 0
    ? { ruling: 'confirm', endpoints }
    : { ruling: 'nothing-to-do', reason: 'not-of-the-plan' };
};

/**
 * What to do about a confirmation that SNS signed for a topic of the plan. It does not say which endpoint
 * it is for, so that follows from what is pending on the topic, or missing there. Where this cannot be
 * seen the topic has to do.
 */
export const decideConfirmation = (situation: Situation): Ruling =>
  situation.type === 'SubscriptionConfirmation'
    ? decideSubscribed(situation)
    : decideEnded(situation);

/** The subscription that an UnsubscribeConfirmation is about, which its signed text names. */
export const endedArnOf = ({ type, topicArn, message }: Confirmation): string | undefined => {
  if (type !== 'UnsubscribeConfirmation') return undefined;
  const start = message.indexOf(`${topicArn}:`);
  if (start < 0) return undefined;
  const id = /^[0-9a-f-]{36}/.exec(message.slice(start + topicArn.length + 1))?.[0];
  return id === undefined ? undefined : `${topicArn}:${id}`;
};
