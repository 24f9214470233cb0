import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideBudget,
  estimateReading,
  type Sample,
} from '../../../../functions/verify-backup/decide-budget.ts';

const GB = 1_000_000_000;
const MB = 1_000_000;
const BUDGET_MS = 890_000;

/** Steady, from the beginning. */
const steady = (mbPerSecond: number, seconds: number): Sample[] =>
  Array.from({ length: Math.floor(seconds / 2) + 1 }, (_, n) => ({
    atMs: n * 2_000,
    bytes: n * 2 * mbPerSecond * MB,
  }));
const decide = (size: number, samples: Sample[], memoryMb?: number) =>
  decideBudget({ size, budgetMs: BUDGET_MS, memoryMb, samples });

describe('whether reading on makes sense', () => {
  it('is not judged by the first seconds', () => {
    expect(decide(10_000 * GB, steady(100, 14)).decision).toBe('read-on');
    expect(decide(10_000 * GB, steady(100, 16)).decision).toBe('stop');
  });

  it('is no question while it can end in time', () => {
    for (const seconds of [16, 100, 500, 880])
      expect(decide(88 * GB, steady(100, seconds)).decision, `${seconds}`).toBe('read-on');
  });

  it('is left open where a faster time may come', () => {
    // 1,400 s at this speed: twice as fast would do, and later on it would not.
    expect(decide(140 * GB, steady(100, 20)).decision).toBe('read-on');
    expect(decide(140 * GB, steady(100, 600)).decision).toBe('stop');
  });

  it('is seen within seconds where it cannot end by far', () => {
    expect(decide(500 * GB, steady(100, 16))).toMatchObject({
      decision: 'stop',
      estimate: { bytesRead: 1_600 * MB, bytesPerSecond: 100 * MB, neededSeconds: 5_000 },
    });
  });

  it('is not decided by a slow moment', () => {
    const slow = [...steady(100, 100), { atMs: 120_000, bytes: 10.1 * GB }];
    expect(decide(88 * GB, slow).decision).toBe('read-on');
    const after = [
      { atMs: 0, bytes: 0 },
      { atMs: 60_000, bytes: 0.1 * GB },
    ];
    const fast = Array.from({ length: 20 }, (_, n) => ({
      atMs: 62_000 + n * 2_000,
      bytes: (0.1 + n * 0.2) * GB,
    }));
    expect(decide(80 * GB, [...after, ...fast]).decision).toBe('read-on');
  });

  it('never stops what ends in time at its own pace, however it is measured', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 880 }),
        fc.double({ min: 0.02, max: 0.999, noNaN: true }),
        (total, share) => {
          const seconds = total * share;
          const bytes = 100 * MB * seconds;
          const samples = [
            { atMs: 0, bytes: 0 },
            { atMs: seconds * 1000, bytes },
          ];
          expect(decide(100 * MB * total, samples).decision).toBe('read-on');
        },
      ),
    );
  });

  it('always stops what is ten times too large', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 889 }), (seconds) => {
        expect(decide(10 * 89 * GB, steady(100, seconds - (seconds % 2))).decision).toBe('stop');
      }),
    );
  });

  it('is stopped where nothing arrives', () => {
    const none = [
      { atMs: 0, bytes: 0 },
      { atMs: 20_000, bytes: 0 },
    ];
    expect(decide(GB, none)).toMatchObject({
      decision: 'stop',
      estimate: { neededSeconds: Number.POSITIVE_INFINITY },
    });
  });

  it('is left to the end where there is no budget at all', () => {
    expect(decideBudget({ size: GB, budgetMs: -5, samples: steady(1, 20) }).decision).toBe(
      'read-on',
    );
  });
});

describe('the memory that would do', () => {
  const memoryFor = (seconds: number, memoryMb: number) =>
    estimateReading({
      size: 100 * MB * seconds,
      budgetMs: BUDGET_MS,
      memoryMb,
      samples: steady(100, 60),
    }).enoughMemoryMb;

  it('is in proportion to the time up to one processor', () => {
    expect(memoryFor(1_000, 512)).toBe(704);
    expect(memoryFor(1_500, 885)).toBe(1_769 + 23);
  });

  it('is more than in proportion above it', () => {
    const more = memoryFor(1_000, 1_769) ?? 0;
    expect(more).toBeGreaterThan(1_769 * 1.3);
    expect(more).toBeLessThanOrEqual(3_538);
  });

  it('is none where two processors are not enough, or all that help are there', () => {
    expect(memoryFor(1_500, 1_769)).toBeUndefined();
    expect(memoryFor(100_000, 128)).toBeUndefined();
    expect(memoryFor(1_000, 3_538)).toBeUndefined();
    expect(memoryFor(1_000, 10_240)).toBeUndefined();
  });

  it('is not named where nobody says how much there is', () => {
    expect(estimateReading({ size: GB, budgetMs: 1, samples: steady(1, 60) })).not.toHaveProperty(
      'enoughMemoryMb',
    );
  });

  it('is always more than there is, and never more than helps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 128, max: 10_240 }),
        fc.integer({ min: 880, max: 9_000 }),
        (mb, s) => {
          const enough = memoryFor(s, mb);
          if (enough === undefined) return;
          expect(enough).toBeGreaterThan(mb);
          expect(enough).toBeLessThanOrEqual(3_538);
        },
      ),
    );
  });
});
