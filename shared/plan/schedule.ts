import * as z from 'zod';
import { parseDuration } from './duration.ts';

const DAY = 86_400;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const CALENDAR: Record<string, number> = {
  hourly: 3_600,
  daily: DAY,
  weekly: 7 * DAY,
  monthly: 31 * DAY,
  quarterly: 92 * DAY,
  yearly: 366 * DAY,
};
const UNTIMED = ['on-demand', 'on-change', 'continuous'] as const;

export type Schedule = {
  /** As the plan wrote it. */
  text: string;
  /** The longest time between two runs in seconds; absent where no clock drives the backup. */
  everySeconds?: number;
  /** `on-demand` promises no backup at all until somebody asks; the others promise at least one. */
  trigger: 'clock' | (typeof UNTIMED)[number];
};

/** Reads `daily 02:00 UTC`, `weekly sunday 03:00 UTC`, `monthly`, `every 15m`, `on-change`, … */
export const parseSchedule = (text: string): Schedule | undefined => {
  const words = text.trim().toLowerCase().split(/\s+/);
  const [first = '', ...rest] = words;
  const untimed = UNTIMED.find((name) => name === first);
  if (untimed && rest.length === 0) return { text, trigger: untimed };
  if (first === 'every' && rest.length === 1) {
    const everySeconds = parseDuration(rest[0] ?? '');
    return everySeconds === undefined ? undefined : { text, everySeconds, trigger: 'clock' };
  }
  const everySeconds = CALENDAR[first];
  if (everySeconds === undefined) return undefined;
  if (first === 'weekly' && DAYS.includes(rest[0] ?? '')) rest.shift();
  else if (
    /^(monthly|quarterly|yearly)$/.test(first) &&
    /^([1-9]|[12]\d|3[01])$/.test(rest[0] ?? '')
  ) {
    rest.shift();
  }
  const timed = rest.length === 0 || /^([01]\d|2[0-3]):[0-5]\d utc$/.test(rest.join(' '));
  return timed ? { text, everySeconds, trigger: 'clock' } : undefined;
};

const MUST =
  'must be a schedule such as "daily 02:00 UTC", "weekly sunday 03:00 UTC", "monthly", "every 15m", "continuous", "on-change" or "on-demand"';

export const scheduleSchema = z.string({ error: MUST }).transform((text, context) => {
  const schedule = parseSchedule(text);
  if (schedule !== undefined) return schedule;
  context.addIssue(MUST);
  return z.NEVER;
});
