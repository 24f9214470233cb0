import type { Retention } from '../../shared/plan/plan.ts';
import { type Cadence, periodOf, startOfPeriod } from './calendar.ts';
import { findHoles } from './find-holes.ts';

const DAY = 86_400;

type Tiers = Extract<Retention, { kind: 'generations' }>;

export type TierHoles = { tier: string; count: number; names: string[] };

type Window = { tier: string; windowSeconds: number; cadence: Cadence };

/** A weekly backup cannot have a daily generation: a tier asks for no more than the schedule makes. */
const windows = (tiers: Tiers, schedule: Cadence): Window[] => {
  const all: [string, number | undefined, Cadence][] = [
    ['daily', tiers.dailySeconds, { seconds: DAY, unit: 'day' }],
    ['weekly', tiers.weeklySeconds, { seconds: 7 * DAY, unit: 'week' }],
    ['monthly', tiers.monthlySeconds, { seconds: 31 * DAY, unit: 'month' }],
  ];
  return all.flatMap(([tier, windowSeconds, cadence]) =>
    windowSeconds === undefined
      ? []
      : [{ tier, windowSeconds, cadence: schedule.seconds > cadence.seconds ? schedule : cadence }],
  );
};

/** The archive's first period is the one that its first backup was made in. */
const begins = (oldestEver: number, { unit }: Cadence): number =>
  unit === undefined ? oldestEver : startOfPeriod(unit, periodOf(unit, oldestEver));

/**
 * What stands left of the first period that a window asks for: a backup from before the window if there is
 * one; else the window's edge, or one cadence before the oldest backup that was ever seen.
 */
const leftEdge = (
  times: readonly number[],
  windowStart: number,
  oldestEver: number,
  cadence: Cadence,
): number[] => {
  if (times.some((time) => time < windowStart)) return [];
  if (oldestEver <= windowStart) return [windowStart];
  return times.includes(oldestEver) ? [] : [oldestEver - cadence.seconds * 1_000];
};

/**
 * Days, ISO weeks and months without a backup inside their windows, as far as the archive is old. Only
 * periods that lie wholly inside a window are asked for, since which day of a week is kept is the pruner's
 * choice. Times are milliseconds.
 */
export const findTierHoles = (
  tiers: Tiers,
  schedule: Cadence,
  times: readonly number[],
  oldestEver: number,
  now: number,
): TierHoles[] =>
  windows(tiers, schedule).flatMap(({ tier, windowSeconds, cadence }) => {
    const windowStart = now - windowSeconds * 1_000;
    const points = [...leftEdge(times, windowStart, oldestEver, cadence), ...times];
    const holes = findHoles(points, cadence, Math.max(windowStart, begins(oldestEver, cadence)));
    return holes.count === 0 ? [] : [{ tier, ...holes }];
  });
