import type { WebhookMemory } from './webhook-memory.ts';

/** So long a token is valid, and a subscription waits for it. Source: SNS API, Subscribe. */
const PENDING_HOURS = 48;
const HOUR_MS = 3_600_000;

export type PendingTime = {
  /** It was seen to be pending at this moment: it was made then or before. */
  seen: string;
  atMost: number;
  /** Absent where nobody looked before it was there. */
  atLeast?: number;
};

const hoursLeft = (since: string, now: Date): number => {
  const left = PENDING_HOURS - (now.getTime() - Date.parse(since)) / HOUR_MS;
  return Math.max(0, Math.round(left * 10) / 10);
};

/**
 * How many of the 48 hours are left, as far as it is known: SNS does not say when a pending subscription
 * was made, but two looks stand around that moment. Where it was subscribed again since, SNS may have begun
 * to count anew. Pure.
 */
export const pendingTime = (memory: WebhookMemory, now: Date): PendingTime | undefined => {
  const { pendingSeen, pendingNotBefore, attempts } = memory;
  if (pendingSeen === undefined) return undefined;
  const latest = [pendingSeen, ...attempts].sort().at(-1) ?? pendingSeen;
  return {
    seen: pendingSeen,
    atMost: hoursLeft(latest, now),
    ...(pendingNotBefore === undefined ? {} : { atLeast: hoursLeft(pendingNotBefore, now) }),
  };
};

export const describePendingTime = (time: PendingTime | undefined): string => {
  if (time === undefined) return 'since when is not known';
  const { seen, atMost, atLeast } = time;
  if (atLeast === undefined)
    return `since ${seen} or longer: at most ${atMost} of 48 hours are left`;
  return atLeast === atMost
    ? `${atMost} of 48 hours are left`
    : `${atLeast} to ${atMost} of 48 hours are left`;
};
