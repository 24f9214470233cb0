import type { QueueMemory, Sample } from './queue-memory.ts';

/** SNS gives up on an HTTP endpoint within this time and puts the message aside. */
const RETRY_SECONDS = 3_600;

/** Between which ages the oldest message of a queue is; absent where nothing bounds it. In seconds. */
export type AgeBounds = {
  /** Since it was published. */
  age: { atLeast?: number; atMost?: number };
  /** Since it came into the queue. */
  queued: { atLeast?: number; atMost?: number };
};

const least = (...numbers: (number | undefined)[]): number | undefined => {
  const known = numbers.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** Of a look at every message, as long as the count says that none came since: exact. */
const wasComplete = (sample: Sample): boolean => sample.looked >= sample.depth;

/**
 * What is known of the oldest message without looking at all of them: those that were looked at bound it
 * from below; a look at every one of them, and the moment when the queue was empty, from above. Pure.
 *
 * @param depth how many there are now.
 */
export const ageBounds = (
  { emptyAt, sample }: QueueMemory,
  depth: number,
  now: Date,
): AgeBounds => {
  const since = (at: string): number => Math.max(0, (now.getTime() - Date.parse(at)) / 1_000);
  const emptied = emptyAt === undefined ? undefined : since(emptyAt);
  const byEmpty = emptied === undefined ? undefined : emptied + RETRY_SECONDS;
  if (sample === undefined) return { age: { atMost: byEmpty }, queued: { atMost: emptied } };
  const queued = since(sample.enqueued);
  const age = Math.max(queued, sample.published === undefined ? 0 : since(sample.published));
  const atLeast = { age: { atLeast: age }, queued: { atLeast: queued } };
  if (!wasComplete(sample)) {
    return {
      age: { ...atLeast.age, atMost: byEmpty },
      queued: { ...atLeast.queued, atMost: emptied },
    };
  }
  // What came into the queue after the look may have been published an hour before it did.
  const newcomer = depth > sample.depth ? since(sample.at) + RETRY_SECONDS : 0;
  const undated = sample.withoutEnvelope > 0 ? queued + RETRY_SECONDS : 0;
  return {
    age: { ...atLeast.age, atMost: least(Math.max(age, newcomer, undated), byEmpty) },
    queued: { ...atLeast.queued, atMost: least(queued, emptied) },
  };
};
