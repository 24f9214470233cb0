import { type Cadence, isoMinute, nameOfPeriod, periodOf, startOfPeriod } from './calendar.ts';

export type Holes = {
  count: number;
  /** The missing periods by name, oldest first, at most `MAX_NAMES`. */
  names: string[];
};

const MAX_NAMES = 50;

type Places = { total: number; nameOf: (index: number) => string };

/** The calendar's periods that begin at `from` or later and lie strictly between those of `a` and `b`. */
const periodsBetween = (
  a: number,
  b: number,
  unit: NonNullable<Cadence['unit']>,
  from: number,
): Places => {
  let first = periodOf(unit, a) + 1;
  if (from > a) {
    const period = periodOf(unit, from);
    first = Math.max(first, startOfPeriod(unit, period) < from ? period + 1 : period);
  }
  return {
    total: Math.max(0, periodOf(unit, b) - first),
    nameOf: (index) => nameOfPeriod(unit, first + index),
  };
};

/** Without a calendar: every full step after `a` that is not as good as `b`. */
const momentsBetween = (a: number, b: number, every: number, from: number): Places => {
  const skipped = from > a ? Math.ceil((from - a) / every) - 1 : 0;
  const first = a + (Math.max(0, skipped) + 1) * every;
  return {
    total: Math.max(0, Math.floor((b - every / 2 - first) / every) + 1),
    nameOf: (index) => isoMinute(first + index * every),
  };
};

/**
 * Periods without a backup between the first and the last of `times` (milliseconds, any order). A period
 * counts only if the backups around it are so far apart that one is really missing: a run at 23:50 that
 * ends after midnight leaves an empty day and no hole.
 *
 * @param from periods that begin earlier are not asked for.
 */
export const findHoles = (
  times: readonly number[],
  { seconds, unit }: Cadence,
  from = Number.NEGATIVE_INFINITY,
): Holes => {
  const sorted = [...times].sort((a, b) => a - b);
  const every = seconds * 1_000;
  const holes: Holes = { count: 0, names: [] };
  sorted.forEach((b, index) => {
    const a = sorted[index - 1];
    // Less than half a cadence more is a run that came late.
    const runs = a === undefined ? 0 : Math.round((b - a) / every) - 1;
    if (a === undefined || runs < 1) return;
    const places =
      unit === undefined ? momentsBetween(a, b, every, from) : periodsBetween(a, b, unit, from);
    const count = Math.min(places.total, runs);
    const named = Math.min(count, MAX_NAMES - holes.names.length);
    holes.count += count;
    holes.names.push(...Array.from({ length: named }, (_, place) => places.nameOf(place)));
  });
  return holes;
};
