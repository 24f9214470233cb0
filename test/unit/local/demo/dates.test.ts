import { describe, expect, it } from 'vitest';
import { lastNight, stamp } from '../../../../local/demo/dates.ts';

describe('the last time it was 02:00 UTC', () => {
  it.each([
    ['2026-11-21T08:40:00Z', 0, '20261121-020000'],
    ['2026-11-21T02:00:00Z', 0, '20261121-020000'],
    ['2026-11-21T01:59:59Z', 0, '20261120-020000'],
    ['2026-01-01T00:30:00Z', 1, '20251230-020000'],
  ])('before %s, %i days earlier, is %s', (now, days, expected) => {
    expect(stamp(lastNight(new Date(now), days))).toBe(expected);
  });
});
