import type { Run } from '../../shared/handler/create-handler.ts';

/** Twice the time between two sweeps. */
const LATE_AFTER_MS = 30 * 60_000;

/** The times of a report that a sweep says again. */
export const sweepTimes = (run: Run): { checkedAt: string; nextCheckBy: string } => {
  const now = run.now();
  return {
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + LATE_AFTER_MS).toISOString(),
  };
};
