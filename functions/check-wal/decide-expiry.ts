import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Gap } from '../../shared/postgres-wal/find-gaps.ts';

const DAY = 86_400_000;

/**
 * From this age on a segment may be deleted at any moment, and deletion follows no order. A tenth of
 * the time, at most a day, is for base backups that began on one day and ended on the next.
 */
export const expiredBefore = (
  { retain, lifecycle }: Pick<StoredBackup, 'retain' | 'lifecycle'>,
  now: Date,
): number => {
  const retained = retain?.kind === 'age' ? retain.seconds : Number.POSITIVE_INFINITY;
  const kept = Math.min(retained, lifecycle?.expireAfterSeconds ?? retained) * 1_000;
  return Number.isFinite(kept) ? now.getTime() - kept + Math.min(DAY, kept / 10) : 0;
};

/** The gaps that matter: a hole among segments old enough to be deleted is the plan at work. */
export const standingGaps = (
  policy: Pick<StoredBackup, 'retain' | 'lifecycle'>,
  gaps: readonly Gap[],
  now: Date,
): Gap[] => {
  const expired = expiredBefore(policy, now);
  return gaps.filter(({ beforeAt = Number.POSITIVE_INFINITY }) => beforeAt >= expired);
};
