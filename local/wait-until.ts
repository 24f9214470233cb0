import { setTimeout as sleep } from 'node:timers/promises';

type Options = { deadlineMs: number; everyMs?: number; what: string };

/** What was waited for did not come in time. */
export class NotInTimeError extends Error {
  constructor(what: string, deadlineMs: number, options?: ErrorOptions) {
    super(`${what}: not within ${deadlineMs / 1_000} s`, options);
    this.name = 'NotInTimeError';
  }
}

/**
 * Asks again and again until there is an answer other than `undefined`. A probe that throws is asked
 * again as well; the last error is the cause when time is up.
 *
 * @throws {NotInTimeError}
 */
export const waitUntil = async <T>(
  probe: () => Promise<T | undefined>,
  { deadlineMs, everyMs = 200, what }: Options,
): Promise<T> => {
  const end = performance.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (performance.now() < end);
  throw new NotInTimeError(what, deadlineMs, { cause });
};
