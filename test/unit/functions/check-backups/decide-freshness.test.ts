import { describe, expect, it } from 'vitest';
import {
  decideFreshness,
  type FreshnessInput,
} from '../../../../functions/check-backups/decide-freshness.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);
const HOUR = 3_600;

const input = (changes: Partial<FreshnessInput> = {}): FreshnessInput => ({
  name: 'database-full',
  fresh: {
    withinSeconds: 26 * HOUR,
    severity: 'warning',
    criticalAfterSeconds: 48 * HOUR,
    stated: true,
  },
  severity: 'critical',
  schedule: { text: 'daily 02:00 UTC', trigger: 'clock' },
  nothing: 'there is no backup at all in s3://backups/db/full/',
  newest: { uri: 's3://backups/db/full/a.gz', at: ago(2 * HOUR), bytes: 100 },
  count: 3,
  action: 'Take one.',
  now: NOW,
  ...changes,
});
const aged = (seconds: number): FreshnessInput =>
  input({ newest: { uri: 's3://backups/db/full/a.gz', at: ago(seconds), bytes: 100 } });

describe('decideFreshness', () => {
  it.each([
    [0, 'pass', 'fresh', undefined],
    [26 * HOUR, 'pass', 'fresh', undefined],
    [26 * HOUR + 1, 'fail', 'stale', 'warning'],
    [48 * HOUR, 'fail', 'stale', 'warning'],
    [48 * HOUR + 1, 'fail', 'stale', 'critical'],
    // A clock that runs ahead makes nothing old.
    [-HOUR, 'pass', 'fresh', undefined],
  ])('of %d seconds is %s %s %s', (seconds, verdict, reason, severity) => {
    const outcome = decideFreshness(aged(seconds));
    expect(outcome).toMatchObject({ verdict, reason });
    expect(Reflect.get(outcome, 'severity')).toBe(severity);
  });

  it('counts a time in the future as no age', () => {
    const [age] = decideFreshness(aged(-HOUR)).measurements ?? [];
    expect(age).toEqual({ name: 'age', value: 0, unit: 'seconds' });
  });

  it('says how old, how old it may be, and what to do', () => {
    const outcome = decideFreshness(aged(30 * HOUR));
    expect(outcome.summary).toBe(
      'database-full: the newest backup is 1d 6h old and the plan allows 26h: s3://backups/db/full/a.gz',
    );
    expect(outcome.action).toBe('Take one.');
    expect(outcome.measurements).toContainEqual({
      name: 'age',
      value: 30 * HOUR,
      unit: 'seconds',
    });
    expect(outcome.expected).toEqual({
      schedule: 'daily 02:00 UTC',
      within: '26h',
      criticalAfter: '2d',
    });
  });

  it('is as loud about nothing at all as the plan says of the backup', () => {
    const nothing = { newest: undefined, count: 0 };
    for (const severity of ['critical', 'warning'] as const) {
      expect(decideFreshness(input({ ...nothing, severity }))).toMatchObject({
        verdict: 'fail',
        reason: 'missing',
        severity,
        summary: 'database-full: there is no backup at all in s3://backups/db/full/',
      });
    }
  });

  it.each(['on-change', 'continuous'] as const)('demands at least one of what is %s', (trigger) => {
    const schedule = { text: trigger, trigger };
    const empty = input({ schedule, fresh: undefined, newest: undefined, count: 0 });
    expect(decideFreshness(empty)).toMatchObject({ verdict: 'fail', reason: 'missing' });
    const there = input({ schedule, fresh: undefined });
    expect(decideFreshness(there)).toMatchObject({ verdict: 'pass', reason: 'present' });
  });

  it('demands nothing of what is taken on demand', () => {
    const schedule = { text: 'on-demand', trigger: 'on-demand' } as const;
    const outcome = decideFreshness(input({ schedule, newest: undefined, count: 0 }));
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'nothing-promised' });
  });

  it('takes an empty object for no backup, and says how old the last good one is', () => {
    const empty = { uri: 's3://backups/db/full/b.gz', at: ago(60), bytes: 0 };
    expect(decideFreshness(input({ newest: empty }))).toMatchObject({
      verdict: 'fail',
      reason: 'empty',
      severity: 'critical',
      summary: expect.stringContaining('there is none with content'),
    });
    const before = { uri: 's3://backups/db/full/a.gz', at: ago(26 * HOUR), bytes: 9 };
    expect(decideFreshness(input({ newest: empty, newestWithContent: before })).summary).toBe(
      'database-full: the newest backup has 0 bytes: s3://backups/db/full/b.gz, and the newest with content is 1d 2h old',
    );
  });
});
