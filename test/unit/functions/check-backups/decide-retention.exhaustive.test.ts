import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoDate } from '../../../../functions/check-backups/calendar.ts';
import { decideRetention } from '../../../../functions/check-backups/decide-retention.ts';
import { decideSeen } from '../../../../functions/check-backups/decide-seen.ts';
import type { RetentionInput } from '../../../../functions/check-backups/find-retention-losses.ts';
import type { Generation, Seen } from '../../../../functions/check-backups/seen.ts';
import type { Retention } from '../../../../shared/plan/plan.ts';
import { parseSchedule, type Schedule } from '../../../../shared/plan/schedule.ts';
import { DAY_MS, dailyUntil, generation, seenOf } from '../../../support/backup-generations.ts';

const DAY = 86_400;
const NOW = new Date('2026-03-03T04:00:00Z');
const MONTH: Retention = { kind: 'age', seconds: 30 * DAY };
const TIERS: Retention = {
  kind: 'generations',
  dailySeconds: 30 * DAY,
  weeklySeconds: 90 * DAY,
  monthlySeconds: 365 * DAY,
};

const schedule = (text: string): Schedule => {
  const parsed = parseSchedule(text);
  if (parsed === undefined) throw new Error(`no schedule: ${text}`);
  return parsed;
};

/** Judged after a run that saw `before` and one that sees `listed`. */
const judge = (
  listed: readonly Generation[],
  {
    before = listed,
    ...changes
  }: Partial<RetentionInput> & { before?: readonly Generation[] } = {},
) => {
  const { retain = MONTH, now = NOW } = changes;
  const runs = changes.schedule ?? schedule('daily 02:00 UTC');
  const previous = seenOf(before, new Date(now.getTime() - 400 * DAY_MS));
  const { everySeconds } = runs;
  const seen = decideSeen({ previous, listed, others: new Set(), retain, everySeconds, now });
  return decideRetention({
    name: 'db',
    retain,
    schedule: runs,
    severity: 'critical',
    listed,
    seen,
    mayOverwrite: false,
    mayDelete: false,
    acceptWith: 'npx sls invoke',
    now,
    ...changes,
  });
};

describe('decideRetention by age', () => {
  it('passes what is kept as long as promised', () => {
    expect(judge(dailyUntil(NOW, 31))).toMatchObject({
      verdict: 'pass',
      reason: 'kept',
      summary: 'db: keeps 31 backups since 2026-02-01',
    });
  });

  it('passes a young archive as young, and says of what', () => {
    const outcome = judge(dailyUntil(NOW, 3));
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'young' });
    expect(outcome.summary).toBe(
      'db: keeps 3 backups since 2026-03-01, all that was seen since 2025-01-27; 30d is promised',
    );
  });

  it('names the dates of holes, though nobody saw them deleted', () => {
    const listed = dailyUntil(NOW, 30).filter(
      ({ at }) => !['2026-02-10', '2026-02-11', '2026-02-20'].includes(isoDate(at.getTime())),
    );
    expect(judge(listed)).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'missing-generation',
      summary: 'db: no backup is kept of 2026-02-10, 2026-02-11, 2026-02-20',
    });
  });

  it('takes a leftover from long ago for no sign of what was between', () => {
    const leftover = generation(NOW.getTime() - 31 * DAY_MS);
    expect(judge([leftover, ...dailyUntil(NOW, 5)]).verdict).toBe('pass');
  });

  it('does not judge what is older than the promise', () => {
    const all = dailyUntil(NOW, 32);
    const listed = all.filter((_, index) => index !== 1);
    expect(judge(listed)).toMatchObject({ verdict: 'pass' });
  });

  it.each([
    ['31 days and 2 hours', 32, 'pass'],
    ['32 days and 2 hours', 33, 'fail'],
  ])('allows two days of grace, since S3 expires at midnights: %s', (_, days, verdict) => {
    expect(judge(dailyUntil(NOW, days)).verdict).toBe(verdict);
  });

  it('counts what is kept too long and names the oldest', () => {
    const outcome = judge(dailyUntil(NOW, 40));
    expect(outcome).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'kept-too-long',
    });
    expect(outcome.summary).toBe(
      'db: 8 backups should be gone after 30d: the oldest is dump-2026-01-23T02:00.gz, 39d 2h old',
    );
  });

  it('never asks for the deletion of the newest', () => {
    const listed = [generation(NOW.getTime() - 300 * DAY_MS)];
    expect(judge(listed)).toMatchObject({ verdict: 'pass' });
  });

  it.each(['on-change', 'continuous'])('takes what is %s for in use, however old', (text) => {
    const listed = [300, 200, 1].map((days) => generation(NOW.getTime() - days * DAY_MS));
    expect(judge(listed, { schedule: schedule(text) }).verdict).toBe('pass');
    expect(judge(listed, { schedule: schedule('on-demand') }).reason).toBe('kept-too-long');
  });

  it('names what vanished before its time, louder than anything else', () => {
    const before = dailyUntil(NOW, 40);
    const listed = before.filter(({ at }) => isoDate(at.getTime()) !== '2026-02-25');
    const outcome = judge(listed, { before });
    expect(outcome).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'deleted-early',
    });
    expect(outcome.summary).toMatch(
      /^db: 1 backup vanished before 30d were over: dump-2026-02-25T02:00.gz \(2026-02-25\); 8 backups should be gone/,
    );
    expect(outcome.summary).not.toContain('no backup is kept');
    expect(outcome.action).toContain('npx sls invoke');
  });

  it('names all that vanished when everything did', () => {
    const outcome = judge([], { before: dailyUntil(NOW, 9) });
    expect(outcome.summary).toContain('9 backups vanished');
    expect(outcome.summary).toContain('and 4 more');
  });

  it('accepts what a pruner removes at its time, or minutes before', () => {
    const before = dailyUntil(NOW, 31);
    expect(judge(before.slice(1), { before }).verdict).toBe('pass');
    const prunedAt = new Date('2026-03-04T01:59:00Z');
    const kept = before.slice(2);
    expect(judge(kept, { before: before.slice(1), now: prunedAt }).verdict).toBe('pass');
  });

  it('says nothing of an empty place but that it is empty', () => {
    expect(judge([])).toMatchObject({ verdict: 'unknown', reason: 'nothing-seen' });
    expect(judge([], { schedule: schedule('on-demand') })).toMatchObject({
      verdict: 'pass',
      reason: 'nothing-promised',
    });
  });

  it('accuses nobody on a perfect schedule, at any moment', () => {
    const moments = fc.integer({ min: Date.UTC(2024, 1, 1), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 32 }), (time, days) => {
        const now = new Date(time);
        const listed = dailyUntil(now, days);
        expect(judge(listed, { now }).verdict).toBe('pass');
      }),
    );
  });

  it('names exactly the one that is taken out, seen before or not', () => {
    const moments = fc.integer({ min: Date.UTC(2024, 1, 1), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 27 }), fc.boolean(), (time, pick, wasSeen) => {
        const now = new Date(time);
        const all = dailyUntil(now, 29);
        const listed = all.filter((_, index) => index !== pick);
        const outcome = judge(listed, { now, before: wasSeen ? all : listed });
        const date = isoDate(all[pick]?.at.getTime() ?? 0);
        expect(outcome.reason).toBe(wasSeen ? 'deleted-early' : 'missing-generation');
        expect(outcome.summary.match(/(?<!dump-)\d{4}-\d\d-\d\d/g)).toEqual([date]);
      }),
    );
  });
});

describe('decideRetention of names that are written anew', () => {
  const rolling = (days: number[]): Seen => ({
    firstSeenAt: '2026-01-01T00:00:00.000Z',
    generations: days.map((day) => ({
      name: 'latest.gz',
      at: new Date(NOW.getTime() - day * DAY_MS).toISOString(),
      bytes: 1,
      goneAt: new Date(NOW.getTime() - (day - 1) * DAY_MS).toISOString(),
      overwritten: true,
    })),
  });
  const latest = [generation(NOW.getTime() - 60_000, { name: 'latest.gz' })];

  it('says that one name for all keeps no history', () => {
    const outcome = judge(latest, { seen: rolling([3, 2, 1]) });
    expect(outcome).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'overwritten' });
    expect(outcome.summary).toContain('latest.gz');
  });

  it('has nothing against it where versions are kept, or every day has another backup', () => {
    expect(judge(latest, { seen: rolling([3, 2, 1]), mayOverwrite: true }).verdict).toBe('pass');
    const dated = dailyUntil(NOW, 5);
    expect(judge([...dated, ...latest], { seen: rolling([3, 2, 1]) }).verdict).toBe('pass');
  });

  it('takes one for a repair, whose day is not missing', () => {
    const before = dailyUntil(NOW, 9);
    const listed = before.map((one, index) =>
      index === 4 ? { ...one, at: new Date(NOW.getTime() - 60_000) } : one,
    );
    expect(judge(listed, { before }).verdict).toBe('pass');
  });
});

describe('decideRetention of more than can be remembered', () => {
  const seen = { firstSeenAt: NOW.toISOString(), highestCount: 5_001 };
  const listed = dailyUntil(NOW, 31);

  it('claims nothing by age: what vanished would not be noticed', () => {
    expect(judge(listed, { seen })).toMatchObject({
      verdict: 'unknown',
      reason: 'too-many-to-watch',
      summary:
        'db: 31 backups are too many to watch one by one (at most 5000), so whether one was deleted before 30d were over cannot be seen',
      action: expect.stringContaining('location'),
    });
  });

  it('still says what can be seen: a day without any, or one kept too long', () => {
    const holes = listed.filter((_, index) => index !== 9);
    expect(judge(holes, { seen })).toMatchObject({ reason: 'missing-generation' });
    expect(judge(dailyUntil(NOW, 60), { seen })).toMatchObject({ reason: 'kept-too-long' });
  });

  it('passes where nothing has to be watched one by one: kept versions, and generations', () => {
    expect(judge(listed, { seen, mayDelete: true }).verdict).toBe('pass');
    expect(judge(dailyUntil(NOW, 366), { seen, retain: TIERS }).verdict).toBe('pass');
  });
});

describe('decideRetention forever', () => {
  const FOREVER: Retention = { kind: 'forever' };
  const files = { retain: FOREVER, schedule: schedule('continuous') };

  it('lets nothing go, ever, and calls nothing too old', () => {
    const before = [3_000, 20, 1].map((days) => generation(NOW.getTime() - days * DAY_MS));
    expect(judge(before, files)).toMatchObject({ verdict: 'pass', reason: 'kept' });
    expect(judge(before.slice(1), { ...files, before })).toMatchObject({
      verdict: 'fail',
      reason: 'deleted-early',
    });
    expect(judge(before.slice(1), { ...files, before, mayDelete: true }).verdict).toBe('pass');
  });

  it('goes by the count where there are too many to remember', () => {
    const listed = dailyUntil(NOW, 3);
    const seen = { firstSeenAt: NOW.toISOString(), highestCount: 5 };
    expect(judge(listed, { ...files, seen })).toMatchObject({
      verdict: 'fail',
      reason: 'deleted-early',
      summary: 'db: 2 of 5 objects vanished, and the plan keeps them forever',
    });
    const enough = judge(listed, { ...files, seen: { ...seen, highestCount: 3 } });
    expect(enough.verdict).toBe('pass');
    expect(enough.summary).toContain('too many to watch one by one; their number never fell');
  });
});

/** What a pruner with generations leaves of daily backups: the first or the last of each period. */
const prune = (all: readonly Generation[], now: Date, keepLast: boolean): Generation[] => {
  const week = (time: number) => Math.floor((time / DAY_MS + 3) / 7);
  const month = (time: number) => new Date(time).toISOString().slice(0, 7);
  const ordered = keepLast ? [...all].reverse() : all;
  const represents = (periodOf: (time: number) => number | string) => {
    const taken = new Set<number | string>();
    return new Set(
      ordered.filter(({ at }) => {
        const period = periodOf(at.getTime());
        if (taken.has(period)) return false;
        taken.add(period);
        return true;
      }),
    );
  };
  const weekly = represents(week);
  const monthly = represents(month);
  return all.filter((one) => {
    const age = (now.getTime() - one.at.getTime()) / DAY_MS;
    return age <= 30 || (age <= 90 && weekly.has(one)) || (age <= 365 && monthly.has(one));
  });
};

describe('decideRetention by generations', () => {
  const archive = fc.record({
    time: fc.integer({ min: Date.UTC(2024, 1, 1), max: Date.UTC(2040, 0) }),
    days: fc.integer({ min: 1, max: 420 }),
    keepLast: fc.boolean(),
  });

  it('accuses no pruner that keeps the first or the last of each period', () => {
    fc.assert(
      fc.property(archive, ({ time, days, keepLast }) => {
        const now = new Date(time);
        const all = dailyUntil(now, days);
        const listed = prune(all, now, keepLast);
        const outcome = judge(listed, { retain: TIERS, now, before: all });
        expect(outcome.summary).toMatch(/keeps/);
        expect(outcome.verdict).toBe('pass');
      }),
      { numRuns: 150 },
    );
  });

  it('names the period of a backup that is taken out', () => {
    fc.assert(
      fc.property(archive, fc.nat(), fc.boolean(), ({ time, keepLast }, pick, wasSeen) => {
        const now = new Date(time);
        const all = prune(dailyUntil(now, 420), now, keepLast);
        // The oldest of all may go at any moment, and the newest is the business of freshness.
        const index = 2 + (pick % (all.length - 4));
        const listed = all.filter((_, place) => place !== index);
        const gone = all[index];
        if (gone === undefined) return;
        const age = (now.getTime() - gone.at.getTime()) / DAY_MS;
        const outcome = judge(listed, { retain: TIERS, now, before: wasSeen ? all : listed });
        // A week or month at the border of two windows may have another backup.
        if (outcome.verdict === 'pass') expect(age).toBeGreaterThan(29);
        if (outcome.verdict === 'pass') return;
        expect(outcome.reason).toBe(wasSeen ? 'deleted-early' : 'missing-generation');
        if (age < 29) expect(outcome.summary).toContain(isoDate(gone.at.getTime()));
      }),
      { numRuns: 150 },
    );
  });

  it('names weeks and months by name', () => {
    const all = prune(dailyUntil(NOW, 420), NOW, false);
    const without = (name: string) => all.filter((one) => !one.name.includes(name));
    expect(judge(without('2026-01-12'), { retain: TIERS }).summary).toBe(
      'db: no weekly backup is kept of 2026-W03',
    );
    expect(judge(without('2025-08-01'), { retain: TIERS }).summary).toBe(
      'db: no monthly backup is kept of 2025-08',
    );
    expect(judge(without('2026-02-12'), { retain: TIERS }).summary).toBe(
      'db: no daily backup is kept of 2026-02-12',
    );
  });

  it('names what the ledger saw where the last of a period vanished', () => {
    const all = prune(dailyUntil(NOW, 420), NOW, false);
    const listed = all.filter((one) => !one.name.includes('2025-08-01'));
    expect(judge(listed, { retain: TIERS, before: all })).toMatchObject({
      reason: 'deleted-early',
      severity: 'critical',
      summary: 'db: no monthly backup is kept of 2025-08: dump-2025-08-01T02:00.gz vanished',
    });
  });

  it('misses the newest too, and all when all are gone', () => {
    const all = dailyUntil(NOW, 5);
    expect(judge(all.slice(0, -1), { retain: TIERS, before: all })).toMatchObject({
      reason: 'deleted-early',
      summary: expect.stringContaining('no daily backup is kept of 2026-03-03'),
    });
    expect(judge([], { retain: TIERS, before: all })).toMatchObject({ reason: 'deleted-early' });
  });

  it('misses the months that a shorter lifecycle took from the old end', () => {
    const all = prune(dailyUntil(NOW, 420), NOW, false);
    const listed = all.filter(({ at }) => NOW.getTime() - at.getTime() < 100 * DAY_MS);
    const outcome = judge(listed, { retain: TIERS, before: all });
    expect(outcome.reason).toBe('deleted-early');
    expect(outcome.summary).toContain('no monthly backup is kept of 2025-04, 2025-05');
  });

  it('asks for no month before the archive began, though its first backup was pruned', () => {
    const now = new Date('2034-06-18T02:00:00Z');
    const all = dailyUntil(now, 261);
    const listed = prune(all, now, true);
    expect(listed[0]?.name).toContain('2033-10-31');
    expect(judge(listed, { retain: TIERS, now, before: all }).verdict).toBe('pass');
  });

  it('excuses at the edge of the window, too, a run that ended after midnight', () => {
    const now = new Date('2026-03-02T23:55:00Z');
    const at = (time: string) => generation(Date.parse(time));
    const rest = Array.from(
      { length: 28 },
      (_, n) => at('2026-02-03T23:50:00Z').at.getTime() + n * DAY_MS,
    );
    const listed = [
      at('2026-02-02T00:10:00Z'),
      at('2026-02-02T23:50:00Z'),
      ...rest.map((time) => generation(time)),
    ];
    const before = [at('2026-01-31T23:50:00Z'), ...listed];
    const retain: Retention = { kind: 'generations', dailySeconds: 30 * DAY };
    expect(judge(listed, { retain, now, before }).verdict).toBe('pass');
  });

  it('asks of a weekly backup no daily ones', () => {
    const weekly = Array.from({ length: 12 }, (_, n) =>
      generation(Date.UTC(2026, 2, 1, 3) - (11 - n) * 7 * DAY_MS),
    );
    const runs = { retain: TIERS, schedule: schedule('weekly sunday 03:00 UTC') };
    expect(judge(weekly, runs)).toMatchObject({ verdict: 'pass' });
    const holed = weekly.filter((_, index) => index !== 10);
    expect(judge(holed, runs).summary).toContain('2026-W08');
  });

  it('allows a month more than the longest window', () => {
    const old = (days: number) => [
      generation(NOW.getTime() - days * DAY_MS),
      ...dailyUntil(NOW, 2),
    ];
    const runs = { retain: TIERS, schedule: schedule('on-demand') };
    expect(judge(old(395), runs).verdict).toBe('pass');
    expect(judge(old(397), runs)).toMatchObject({ reason: 'kept-too-long' });
  });
});
