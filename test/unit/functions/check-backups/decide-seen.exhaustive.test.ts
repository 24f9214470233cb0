import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetention } from '../../../../functions/check-backups/decide-retention.ts';
import { decideSeen, type SeenInput } from '../../../../functions/check-backups/decide-seen.ts';
import {
  type Generation,
  MAX_REMEMBERED,
  type Seen,
  seenSchema,
} from '../../../../functions/check-backups/seen.ts';
import type { Retention } from '../../../../shared/plan/plan.ts';
import { DAY_MS, dailyUntil, generation, seenOf } from '../../../support/backup-generations.ts';

const DAY = 86_400;
const NOW = new Date('2026-03-03T04:00:00Z');
const later = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

const see = (listed: readonly Generation[], changes: Partial<SeenInput> = {}): Seen =>
  decideSeen({
    listed,
    others: new Set(),
    retain: { kind: 'age', seconds: 30 * DAY },
    everySeconds: DAY,
    now: NOW,
    ...changes,
  });
const goneNames = ({ generations = [] }: Seen): string[] =>
  generations.filter(({ goneAt }) => goneAt !== undefined).map(({ name }) => name);

describe('decideSeen', () => {
  const all = dailyUntil(NOW, 5);

  it('remembers everything that is there, and since when it looks', () => {
    const seen = see(all);
    expect(seen.firstSeenAt).toBe(NOW.toISOString());
    expect(seen.oldestAt).toBe(all[0]?.at.toISOString());
    expect(seen.generations).toHaveLength(5);
    expect(seenSchema.parse(JSON.parse(JSON.stringify(seen)))).toEqual(seen);
  });

  it('changes nothing when nothing changed', () => {
    const seen = see(all);
    expect(see(all, { previous: seen, now: later(1) })).toEqual(seen);
  });

  it('remembers what vanished with the moment it was missed, until its time is over', () => {
    const seen = see(all.slice(1), { previous: see(all) });
    expect(goneNames(seen)).toEqual([all[0]?.name]);
    const next = see(all.slice(1), { previous: seen, now: later(1) });
    expect(next.generations?.find(({ goneAt }) => goneAt)?.goneAt).toBe(NOW.toISOString());
    expect(goneNames(see(all.slice(1), { previous: next, now: later(30) }))).toEqual([]);
  });

  it('forgets it when it is back, even as a new upload', () => {
    const seen = see(all.slice(1), { previous: see(all) });
    expect(goneNames(see(all, { previous: seen }))).toEqual([]);
    const again = all.map((one, index) => (index === 0 ? { ...one, at: NOW } : one));
    expect(goneNames(see(again, { previous: seen }))).toEqual([]);
  });

  it('does not miss what now belongs to another backup of the plan', () => {
    const others = new Set([all[0]?.name ?? '']);
    expect(goneNames(see(all.slice(1), { previous: see(all), others }))).toEqual([]);
  });

  it('tells a name that was written anew from one that vanished', () => {
    const rewritten = all.map((one, index) => (index === 4 ? { ...one, at: NOW } : one));
    const seen = see(rewritten, { previous: see(all) });
    expect(seen.generations?.filter(({ goneAt }) => goneAt)).toMatchObject([{ overwritten: true }]);
    expect(see(rewritten, { previous: seen })).toEqual(seen);
  });

  it('remembers no generations where nothing is to be kept', () => {
    expect(see(all, { retain: undefined }).generations).toBeUndefined();
  });

  const FOREVER: Retention = { kind: 'forever' };
  const minutely = (count: number) =>
    Array.from({ length: count }, (_, n) => generation(NOW.getTime() - n * 60_000));
  const many = minutely(MAX_REMEMBERED + 1);

  it('counts what is too much to remember, and keeps the highest count where all is kept forever', () => {
    const seen = see(many, { previous: seenOf(all, NOW), retain: FOREVER });
    expect(seen.generations).toBeUndefined();
    const fewer = see(many.slice(9), { previous: seen, retain: FOREVER });
    expect(fewer.highestCount).toBe(seen.highestCount);
  });

  it('goes on missing what had vanished before there was too much', () => {
    const lost = see(many.slice(2), { previous: see(many.slice(1)), retain: FOREVER });
    expect(goneNames(lost)).toHaveLength(1);
    const grown = [...many.slice(2), generation(NOW.getTime() + 1), generation(NOW.getTime() + 2)];
    expect(see(grown, { previous: lost, retain: FOREVER }).highestCount).toBe(grown.length + 1);
  });

  it('remembers one by one again when an archive by age is small enough, and says since when', () => {
    const counted = see(many);
    expect(counted.highestCount).toBe(MAX_REMEMBERED + 1);
    const again = see(many.slice(1), { previous: counted, now: later(1) });
    expect(again.generations).toHaveLength(MAX_REMEMBERED);
    expect(again.highestCount).toBeUndefined();
    expect(again.firstSeenAt).toBe(later(1).toISOString());
  });

  it('forgets nothing that vanished because of how many are there', () => {
    const full = many.slice(1);
    expect(
      goneNames(
        see(
          full.slice(0, -20).concat(minutely(9).map((one) => ({ ...one, name: `${one.name}b` }))),
          { previous: see(full) },
        ),
      ),
    ).toHaveLength(20);
  });
});

type Pruner = (all: readonly Generation[], now: Date) => Generation[];

const age = ({ at }: Generation, now: Date): number => (now.getTime() - at.getTime()) / DAY_MS;
const firstOf = (all: readonly Generation[], periodOf: (time: number) => number | string) => {
  const taken = new Set<number | string>();
  return new Set(
    all.filter(({ at }) => {
      const period = periodOf(at.getTime());
      if (taken.has(period)) return false;
      taken.add(period);
      return true;
    }),
  );
};
const week = (time: number): number => Math.floor((time / DAY_MS + 3) / 7);
const month = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** Generations by hand: what a script keeps of an archive that it prunes again and again. */
const tiered =
  (daily: number, weekly: number, monthly: number, keepLast: boolean): Pruner =>
  (all, now) => {
    const ordered = keepLast ? [...all].reverse() : [...all];
    const weeks = firstOf(ordered, week);
    const months = firstOf(ordered, month);
    return all.filter(
      (one) =>
        age(one, now) <= daily ||
        (age(one, now) <= weekly && weeks.has(one)) ||
        (age(one, now) <= monthly && months.has(one)),
    );
  };

const MONTH: Retention = { kind: 'age', seconds: 30 * DAY };
const TIERS: Retention = {
  kind: 'generations',
  dailySeconds: 14 * DAY,
  weeklySeconds: 60 * DAY,
  monthlySeconds: 180 * DAY,
};

const PRUNERS: [string, Retention, Pruner][] = [
  ['removes at the age', MONTH, (all, now) => all.filter((one) => age(one, now) <= 30)],
  ['keeps the last thirty', MONTH, (all) => all.slice(-30)],
  [
    'expires like S3, at the midnight after',
    MONTH,
    (all, now) => all.filter((one) => Math.ceil(age(one, now) - 1) <= 30),
  ],
  ['never ran yet', { kind: 'forever' }, (all) => [...all]],
  ['keeps the first of each period', TIERS, tiered(14, 60, 180, false)],
  ['keeps the last of each period', TIERS, tiered(14, 60, 180, true)],
];

describe('an archive that is watched for months', () => {
  it.each(PRUNERS)('is never accused while its pruner %s', (_, retain, pruner) => {
    const life = fc.record({
      start: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2036, 0) }),
      // Backups end between 23:30 and 00:45, on either side of midnight.
      jitterMinutes: fc.array(fc.integer({ min: -30, max: 45 }), {
        minLength: 230,
        maxLength: 230,
      }),
    });
    fc.assert(
      fc.property(life, ({ start, jitterMinutes }) => {
        const midnight = Math.floor(start / DAY_MS) * DAY_MS;
        let archive: Generation[] = [];
        let previous: Seen | undefined;
        jitterMinutes.forEach((minutes, day) => {
          archive.push(generation(midnight + day * DAY_MS + minutes * 60_000));
          for (const hour of [1, 13]) {
            const now = new Date(midnight + day * DAY_MS + hour * 3_600_000);
            archive = pruner(archive, now);
            const listed = archive;
            const seen = see(listed, { previous, retain, now });
            previous = seen;
            const outcome = decideRetention({
              name: 'db',
              retain,
              schedule: { text: 'daily 23:55 UTC', everySeconds: DAY, trigger: 'clock' },
              severity: 'critical',
              listed,
              seen,
              mayOverwrite: false,
              mayDelete: false,
              acceptWith: '',
              now,
            });
            expect(`${day} ${outcome.verdict} ${outcome.summary}`).toMatch(/^\d+ pass/);
          }
        });
      }),
      { numRuns: Number(process.env.LIVES ?? 3) },
    );
  });
});
