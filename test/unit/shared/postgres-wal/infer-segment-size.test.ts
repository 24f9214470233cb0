import { describe, expect, it } from 'vitest';
import { inferSegmentSize } from '../../../../shared/postgres-wal/infer-segment-size.ts';
import {
  formatSegmentName,
  parseSegmentName,
} from '../../../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../../../shared/postgres-wal/segment-runs.ts';

const MB = 1024 ** 2;
const none = { rawSizes: new Map<number, number>(), highestPart: 0n, runs: [] };

/** Segments of one size as a reader sees them who believes in 16 MB. */
const misread = (size: number, from: number, count: number): Run[] => {
  const runs: Run[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = formatSegmentName({ timeline: 1, number: BigInt(from + index) }, size);
    const read = parseSegmentName(name, 16 * MB);
    if (read !== undefined) appendSegment(runs, read.number, 0);
  }
  return runs;
};

describe('the segment size', () => {
  it('is what the plan says, whatever the objects weigh', () => {
    const rawSizes = new Map([[16 * MB, 5]]);
    expect(inferSegmentSize({ ...none, rawSizes }, 64 * MB)).toEqual({
      bytes: 64 * MB,
      source: 'plan',
    });
  });

  it('is what most raw segments weigh, and the larger one of two that are as frequent', () => {
    const infer = (counts: [number, number][]) =>
      inferSegmentSize({ ...none, rawSizes: new Map(counts) });
    expect(
      infer([
        [64 * MB, 9],
        [16 * MB, 2],
      ]),
    ).toEqual({ bytes: 64 * MB, source: 'objects' });
    expect(
      infer([
        [8 * MB, 1],
        [16 * MB, 1],
      ]).bytes,
    ).toBe(16 * MB);
    expect(
      infer([
        [3 * MB, 9],
        [0, 7],
      ]),
    ).toEqual({ bytes: 16 * MB, source: 'default' });
  });

  it('is smaller than the default where names count further', () => {
    expect(inferSegmentSize({ ...none, highestPart: 0x100n }).bytes).toBe(8 * MB);
    expect(inferSegmentSize({ ...none, highestPart: 0xfffn }).bytes).toBe(1 * MB);
    expect(inferSegmentSize({ ...none, highestPart: 0xffn }).source).toBe('default');
    expect(inferSegmentSize({ ...none, highestPart: 0x1000n }).source).toBe('default');
  });

  it.each([32, 64, 128, 256, 1024])('is %d MB where every log ends after its segments', (size) => {
    const perLog = 4096 / size;
    const runs = [misread(size * MB, 3, 3 * perLog)];
    const highestPart = BigInt(perLog - 1);
    expect(inferSegmentSize({ ...none, runs, highestPart })).toEqual({
      bytes: size * MB,
      source: 'names',
    });
  });

  it('stays the default where only one log ends so, or none', () => {
    const once = [misread(64 * MB, 60, 10)];
    expect(inferSegmentSize({ ...none, runs: once, highestPart: 0x3fn }).source).toBe('default');
    const whole = [misread(16 * MB, 0, 900)];
    expect(inferSegmentSize({ ...none, runs: whole, highestPart: 0xffn }).source).toBe('default');
  });
});
