/**
 * The receive that is the last one. The waits before it add up to two hours: an outage of a receiver that
 * lasts longer ends in the dead-letter queue. The redrive policy of the channels' queues says the same.
 */
export const MAX_RECEIVES = 12;

const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 1_800;

/**
 * Seconds until the next attempt: ten, doubled with every receive up to half an hour, and never less than
 * the receiver asked for.
 */
export const decideRetry = (receives: number, askedSeconds = 0): number => {
  const backoff = FIRST_SECONDS * 2 ** (Math.max(1, receives) - 1);
  return Math.max(askedSeconds, Math.min(backoff, LONGEST_SECONDS));
};
