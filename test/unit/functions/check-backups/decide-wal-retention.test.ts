import { describe, expect, it } from 'vitest';
import {
  decideWalRetention,
  decideWalSeen,
} from '../../../../functions/check-backups/decide-wal-retention.ts';
import type { WalFile, WalSeen } from '../../../../functions/check-backups/wal-seen.ts';
import type { Retention } from '../../../../shared/plan/plan.ts';

const DAY = 86_400;
const NOW = new Date('2026-03-03T04:00:00Z');
const WEEK = { kind: 'age', seconds: 7 * DAY } satisfies Retention;

const file = (daysOld: number): WalFile => ({
  name: `00000001000000000000${(9_999 - daysOld * 24).toString(16).toUpperCase().padStart(4, '0')}`,
  at: new Date(NOW.getTime() - daysOld * DAY * 1_000).toISOString(),
  bytes: 16,
  etag: 'e',
});
const watch = (
  first: WalFile[],
  previous?: WalSeen,
  retain: Retention = WEEK,
  now = NOW,
): WalSeen => decideWalSeen(previous, first, retain, now);
const judge = (seen: WalSeen, retain: Retention = WEEK) =>
  decideWalRetention({
    name: 'wal',
    retain,
    severity: 'critical',
    seen,
    acceptWith: 'npx sls invoke',
    now: NOW,
  });

describe('the old end of a WAL archive', () => {
  it.each([
    [1, 'pass', 'young'],
    [7, 'pass', 'kept'],
    [9, 'pass', 'kept'],
    [9.1, 'fail', 'kept-too-long'],
  ])('of %d days is %s %s', (days, verdict, reason) => {
    expect(judge(watch([file(days), file(0)]))).toMatchObject({ verdict, reason });
  });

  it('says that WAL vanished before its time, until that time is over or it is back', () => {
    const before = watch([file(5), file(4), file(3)]);
    const after = watch([file(3), file(2)], before);
    expect(judge(after)).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'deleted-early',
      summary: `wal: WAL from ${file(5).name} (2026-02-26) vanished before 7d were over; the oldest was then ${file(3).name}`,
    });
    expect(judge(watch([file(3), file(2)], after)).reason).toBe('deleted-early');
    expect(judge(watch([file(5), file(3)], after)).verdict).toBe('pass');
    const over = new Date(NOW.getTime() + 2.1 * DAY * 1_000);
    expect(watch([file(3), file(2)], after, WEEK, over).lost).toBeUndefined();
  });

  it('accepts the pruning of what is old enough, give or take an hour', () => {
    const before = watch([file(6.98), file(6.9), file(1)]);
    expect(judge(watch([file(6.9), file(1)], before)).verdict).toBe('pass');
  });

  it('misses all of it when all of it is gone', () => {
    expect(judge(watch([], watch([file(3)])))).toMatchObject({ reason: 'deleted-early' });
  });

  it('keeps forever what is to be kept forever', () => {
    const forever: Retention = { kind: 'forever' };
    const before = watch([file(500)], undefined, forever);
    expect(judge(before, forever)).toMatchObject({ verdict: 'pass', reason: 'kept' });
    expect(judge(watch([file(499)], before, forever), forever).reason).toBe('deleted-early');
  });

  it('passes nothing that was never there', () => {
    expect(judge(watch([]))).toMatchObject({ verdict: 'unknown', reason: 'nothing-seen' });
  });
});
