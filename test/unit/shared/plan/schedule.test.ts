import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../../shared/plan/schedule.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

describe('parseSchedule', () => {
  it.each([
    ['hourly', HOUR],
    ['daily', DAY],
    ['daily 02:00 UTC', DAY],
    ['Daily 23:59 utc', DAY],
    ['weekly', 7 * DAY],
    ['weekly sunday 03:00 UTC', 7 * DAY],
    ['monthly 31 00:00 UTC', 31 * DAY],
    ['quarterly', 92 * DAY],
    ['yearly', 366 * DAY],
    ['every 15m', 900],
    ['every 6h', 6 * HOUR],
  ])('reads %s as the longest time between two runs', (text, everySeconds) => {
    expect(parseSchedule(text)).toEqual({ text, everySeconds, trigger: 'clock' });
  });

  it.each(['on-demand', 'on-change', 'continuous'])('reads %s as driven by no clock', (text) => {
    expect(parseSchedule(text)).toEqual({ text, trigger: text });
  });

  it.each([
    '',
    'sometimes',
    'every',
    'every day',
    'every 0m',
    'daily 24:00 UTC',
    'daily 2:00 UTC',
    'daily 02:00',
    'daily 02:00 CET',
    'weekly someday',
    'monthly 32',
    'on-demand daily',
  ])('refuses %j', (text) => {
    expect(parseSchedule(text)).toBeUndefined();
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        expect(parseSchedule(text)?.text ?? text).toBe(text);
      }),
    );
  });
});
