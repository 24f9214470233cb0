import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Observed, Trouble } from './outcome.ts';

/** Time is up: what was not reached is reported as such. */
export const OUT_OF_TIME: Trouble = {
  reason: 'out-of-time',
  message: 'this run ended before it could be looked at',
};

/** There is more than one run can look at. */
export class TooMuchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TooMuchError';
  }
}

/** Looks, and answers with the trouble instead of throwing it. */
export const observe = async <T>(
  signal: AbortSignal,
  look: () => Promise<T>,
): Promise<Observed<T>> => {
  if (signal.aborted) return { trouble: OUT_OF_TIME };
  try {
    return { seen: await look() };
  } catch (error) {
    if (signal.aborted) return { trouble: OUT_OF_TIME };
    if (error instanceof TooMuchError) {
      return { trouble: { reason: 'too-many-objects', message: error.message } };
    }
    return { trouble: describeAwsFailure(error) };
  }
};

/** Troubles that cost the whole time-out each: a second call to the same place would cost it again. */
const SLOW = new Set(['timeout', 'unreachable', 'throttled', 'unavailable']);

export type Gate = <T>(place: string, look: () => Promise<T>) => Promise<Observed<T>>;

/**
 * Looks at places (buckets, Regions) one after the other as asked, and gives up on one that does not
 * answer: later looks at it get the same trouble at once, and the other places their time.
 */
export const createGate = (signal: AbortSignal): Gate => {
  const closed = new Map<string, Trouble>();
  return async (place, look) => {
    const known = closed.get(place);
    if (known !== undefined && !signal.aborted) return { trouble: known };
    const found = await observe(signal, look);
    if ('trouble' in found && SLOW.has(found.trouble.reason)) closed.set(place, found.trouble);
    return found;
  };
};

/** Asks once, however often it is called with the same key. */
export const once = <T>(): ((key: string, ask: () => Promise<T>) => Promise<T>) => {
  const asked = new Map<string, Promise<T>>();
  return (key, ask) => {
    const before = asked.get(key);
    if (before !== undefined) return before;
    const now = ask();
    asked.set(key, now);
    return now;
  };
};
