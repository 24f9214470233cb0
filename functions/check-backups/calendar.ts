import type { Schedule } from '../../shared/plan/schedule.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** How often a backup is due: the longest time between two, and the calendar's unit where it has one. */
export type Cadence = { seconds: number; unit?: CalendarUnit };

const UNIT_OF_WORD: Record<string, CalendarUnit> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  quarterly: 'quarter',
  yearly: 'year',
};
const UNIT_OF_SECONDS: Record<number, CalendarUnit> = {
  3600: 'hour',
  86400: 'day',
  604800: 'week',
};

/** Answers `undefined` where no clock drives the backup. */
export const cadenceOf = ({ text, trigger, everySeconds }: Schedule): Cadence | undefined => {
  if (trigger !== 'clock' || everySeconds === undefined) return undefined;
  const [word = ''] = text.trim().toLowerCase().split(/\s+/);
  return { seconds: everySeconds, unit: UNIT_OF_WORD[word] ?? UNIT_OF_SECONDS[everySeconds] };
};

const month = (time: number): number => {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};

/** 1970-01-01 was a Thursday; ISO weeks begin on Monday. */
const MONDAY_SHIFT_DAYS = 3;

/** The number of the UTC period that a time (milliseconds) falls into. Neighbours differ by one. */
export const periodOf = (unit: CalendarUnit, time: number): number => {
  switch (unit) {
    case 'hour':
      return Math.floor(time / HOUR);
    case 'day':
      return Math.floor(time / DAY);
    case 'week':
      return Math.floor((Math.floor(time / DAY) + MONDAY_SHIFT_DAYS) / 7);
    case 'month':
      return month(time);
    case 'quarter':
      return Math.floor(month(time) / 3);
    case 'year':
      return Math.floor(month(time) / 12);
  }
};

const startOfMonth = (months: number): number => Date.UTC(Math.floor(months / 12), months % 12, 1);

/** The first millisecond of a period. */
export const startOfPeriod = (unit: CalendarUnit, period: number): number => {
  switch (unit) {
    case 'hour':
      return period * HOUR;
    case 'day':
      return period * DAY;
    case 'week':
      return (period * 7 - MONDAY_SHIFT_DAYS) * DAY;
    case 'month':
      return startOfMonth(period);
    case 'quarter':
      return startOfMonth(period * 3);
    case 'year':
      return startOfMonth(period * 12);
  }
};

export const isoDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** `2026-03-02 02:00 UTC`. */
export const isoMinute = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The ISO 8601 week, e.g. `2026-W10`: it belongs to the year that holds its Thursday. */
const isoWeek = (monday: number): string => {
  const thursday = monday + 3 * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};

/** How people call a period: `2026-03-02`, `2026-W10`, `2026-03`, `2026-Q1`, `2026`. */
export const nameOfPeriod = (unit: CalendarUnit, period: number): string => {
  const start = startOfPeriod(unit, period);
  switch (unit) {
    case 'hour':
      return isoMinute(start);
    case 'day':
      return isoDate(start);
    case 'week':
      return isoWeek(start);
    case 'month':
      return isoDate(start).slice(0, 7);
    case 'quarter':
      return `${isoDate(start).slice(0, 4)}-Q${(period % 4) + 1}`;
    case 'year':
      return isoDate(start).slice(0, 4);
  }
};
