import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration, parseDuration } from '../../../../shared/plan/duration.ts';

const CENTURY = 100 * 365 * 86_400;

describe('parseDuration', () => {
  it.each([
    ['45s', 45],
    ['15m', 900],
    ['26h', 93_600],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
    ['1y', 31_536_000],
    ['100y', CENTURY],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '0m', '-5m', '1.5h', '15', '15 m', '15M', '30 days', 'P1D', '1h30m', '٣h', '101y'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('refuses what would overflow a date', () => {
    expect(parseDuration('9999999999y')).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [59, '59s'],
    [900, '15m'],
    [86_400, '24h'],
    [93_600, '26h'],
    [172_800, '2d'],
    [31_536_000, '1y'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('writes what reads back as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: CENTURY }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});

describe('formatAge', () => {
  it.each([
    [-3, '0s'],
    [40.9, '40s'],
    [754, '12m'],
    [3_661, '1h 1m'],
    [273_600, '3d 4h'],
    [86_400, '1d'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});
