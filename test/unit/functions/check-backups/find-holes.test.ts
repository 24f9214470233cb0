import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CalendarUnit,
  nameOfPeriod,
  periodOf,
  startOfPeriod,
} from '../../../../functions/check-backups/calendar.ts';
import { findHoles } from '../../../../functions/check-backups/find-holes.ts';

const DAY = { seconds: 86_400, unit: 'day' } as const;
const at = (time: string): number => Date.parse(time);

const CADENCES: { seconds: number; unit: CalendarUnit }[] = [
  { seconds: 3_600, unit: 'hour' },
  DAY,
  { seconds: 7 * 86_400, unit: 'week' },
  { seconds: 31 * 86_400, unit: 'month' },
  { seconds: 92 * 86_400, unit: 'quarter' },
  { seconds: 366 * 86_400, unit: 'year' },
];

/** Runs at the same moment of every period, from anywhere between 2020 and 2040: leap years, long months. */
const perfectSchedule = fc
  .record({
    cadence: fc.constantFrom(...CADENCES),
    start: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2039, 0) }),
    runs: fc.integer({ min: 3, max: 60 }),
    offset: fc.double({ min: 0, max: 0.85, noNaN: true }),
  })
  .map(({ cadence, start, runs, offset }) => {
    const first = periodOf(cadence.unit, start);
    const times = Array.from({ length: runs }, (_, index) => {
      const begin = startOfPeriod(cadence.unit, first + index);
      const end = startOfPeriod(cadence.unit, first + index + 1);
      return begin + Math.floor(offset * (end - begin));
    });
    return { cadence, times };
  });

describe('findHoles', () => {
  it('finds none in a perfect schedule, whenever it began', () => {
    fc.assert(
      fc.property(perfectSchedule, ({ cadence, times }) => {
        expect(findHoles(times, cadence)).toEqual({ count: 0, names: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('names exactly the one that is taken out', () => {
    fc.assert(
      fc.property(perfectSchedule, fc.nat(), ({ cadence, times }, pick) => {
        const index = 1 + (pick % (times.length - 2));
        const left = times.filter((_, place) => place !== index);
        const name = nameOfPeriod(cadence.unit, periodOf(cadence.unit, times[index] ?? 0));
        expect(findHoles(left, cadence)).toEqual({ count: 1, names: [name] });
      }),
      { numRuns: 500 },
    );
  });

  it('accuses nobody of a run that was late by up to a quarter of the period', () => {
    const lateness = fc.array(fc.double({ min: 0, max: 0.25, noNaN: true }), {
      minLength: 60,
      maxLength: 60,
    });
    fc.assert(
      fc.property(perfectSchedule, lateness, ({ cadence, times }, late) => {
        const shifted = times.map((time, i) => time + (late[i] ?? 0) * cadence.seconds * 1_000);
        expect(findHoles(shifted, cadence).count).toBe(0);
      }),
    );
  });

  it.each([
    ['a run before midnight that once ends after it', ['01T23:50', '03T00:10', '03T23:50'], []],
    ['the same with a hole in it', ['01T23:50', '04T00:10', '04T23:50'], ['2026-03-02']],
    [
      'two runs of one day around two missing',
      ['01T02:00', '04T02:00', '04T14:00'],
      ['2026-03-02', '2026-03-03'],
    ],
    ['a run by hand in place of the missed one', ['01T02:00', '02T20:00', '03T02:00'], []],
    ['days that are far apart and both there', ['01T00:10', '02T23:50'], []],
    ['one backup alone', ['01T02:00'], []],
  ])('%s', (_, times, names) => {
    const found = findHoles(
      times.map((time) => at(`2026-03-${time}:00Z`)),
      DAY,
    );
    expect(found).toEqual({ count: names.length, names });
  });

  it('asks for nothing before the given moment', () => {
    const times = [at('2026-03-01T02:00:00Z'), at('2026-03-06T02:00:00Z')];
    expect(findHoles(times, DAY, at('2026-03-03T01:00:00Z')).names).toEqual([
      '2026-03-04',
      '2026-03-05',
    ]);
    expect(findHoles(times, DAY, at('2026-03-03T00:00:00Z')).names).toHaveLength(3);
    expect(findHoles(times, DAY, at('2026-03-07T00:00:00Z')).count).toBe(0);
  });

  it('names moments where there is no calendar', () => {
    const times = ['00:00', '06:05', '18:00'].map((time) => at(`2026-03-01T${time}:00Z`));
    expect(findHoles(times, { seconds: 6 * 3_600 })).toEqual({
      count: 1,
      names: ['2026-03-01 12:05 UTC'],
    });
    expect(findHoles(times, { seconds: 6 * 3_600 }, at('2026-03-01T13:00:00Z')).count).toBe(0);
  });

  it('counts what it does not name, and takes no longer for it', () => {
    const found = findHoles([0, at('2026-03-01T00:00:00Z')], { seconds: 1 });
    expect(found.count).toBe(at('2026-03-01T00:00:00Z') / 1_000 - 1);
    expect(found.names).toHaveLength(50);
  });
});
