import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CalendarUnit,
  cadenceOf,
  nameOfPeriod,
  periodOf,
  startOfPeriod,
} from '../../../../functions/check-backups/calendar.ts';
import { parseSchedule } from '../../../../shared/plan/schedule.ts';

const UNITS: CalendarUnit[] = ['hour', 'day', 'week', 'month', 'quarter', 'year'];

describe('calendar', () => {
  it.each([
    ['hour', '2026-03-02T02:59:59Z', '2026-03-02 02:00 UTC'],
    ['day', '2026-03-02T23:59:59Z', '2026-03-02'],
    ['day', '2028-02-29T00:00:00Z', '2028-02-29'],
    ['week', '2026-03-02T00:00:00Z', '2026-W10'],
    ['week', '2026-03-01T23:59:59Z', '2026-W09'],
    // ISO 8601: a week belongs to the year of its Thursday.
    ['week', '2027-01-01T00:00:00Z', '2026-W53'],
    ['week', '2024-12-30T00:00:00Z', '2025-W01'],
    ['month', '2026-03-31T23:59:59Z', '2026-03'],
    ['quarter', '2026-12-31T00:00:00Z', '2026-Q4'],
    ['year', '2026-12-31T00:00:00Z', '2026'],
  ] as const)('names the %s of %s', (unit, time, name) => {
    expect(nameOfPeriod(unit, periodOf(unit, Date.parse(time)))).toBe(name);
  });

  it('divides time without gaps or overlaps', () => {
    const times = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(times, fc.constantFrom(...UNITS), (time, unit) => {
        const period = periodOf(unit, time);
        expect(startOfPeriod(unit, period)).toBeLessThanOrEqual(time);
        expect(startOfPeriod(unit, period + 1)).toBeGreaterThan(time);
        expect(periodOf(unit, startOfPeriod(unit, period))).toBe(period);
        expect(periodOf(unit, startOfPeriod(unit, period) - 1)).toBe(period - 1);
      }),
    );
  });

  it.each([
    ['daily 02:00 UTC', { seconds: 86_400, unit: 'day' }],
    ['weekly sunday 03:00 UTC', { seconds: 604_800, unit: 'week' }],
    ['monthly 1 03:00 UTC', { seconds: 31 * 86_400, unit: 'month' }],
    ['every 24h', { seconds: 86_400, unit: 'day' }],
    ['every 6h', { seconds: 21_600, unit: undefined }],
    ['on-change', undefined],
    ['on-demand', undefined],
    ['continuous', undefined],
  ])('reads the cadence of "%s"', (text, cadence) => {
    const schedule = parseSchedule(text);
    expect(schedule && cadenceOf(schedule)).toEqual(cadence);
  });
});
