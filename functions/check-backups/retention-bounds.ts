import type { Retention } from '../../shared/plan/plan.ts';

const DAY = 86_400;

/** How long the longest-kept backup stays, in seconds. */
export const longestSeconds = (retain: Retention): number => {
  switch (retain.kind) {
    case 'forever':
      return Number.POSITIVE_INFINITY;
    case 'age':
      return retain.seconds;
    case 'generations':
      return Math.max(
        retain.dailySeconds ?? 0,
        retain.weeklySeconds ?? 0,
        retain.monthlySeconds ?? 0,
      );
  }
};

/**
 * How much before its time a backup may go. "Keep the last 30" removes the oldest when the newest arrives,
 * so minutes decide; half a period is less than any generation that counts.
 */
export const toleranceSeconds = (seconds: number, everySeconds?: number): number =>
  Math.min(everySeconds === undefined ? seconds / 24 : everySeconds / 2, seconds / 2);

/**
 * How long after its time a backup may stay. S3 expires objects at the midnight (UTC) after whole days and
 * then works through a queue, so nothing of a day or more can be exact.
 */
export const graceSeconds = (seconds: number, everySeconds = 0): number =>
  seconds >= DAY ? Math.max(everySeconds, 2 * DAY) : Math.max(everySeconds, seconds / 12);
