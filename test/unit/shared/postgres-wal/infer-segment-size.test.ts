import { describe, expect, it } from 'vitest';
import { inferSegmentSize } from '../../../../shared/postgres-wal/infer-segment-size.ts';
import {
  formatSegmentName,
  parseSegmentName,
} from '../../../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../../../shared/postgres-wal/segment-runs.ts';

const MB = 1024 ** 2;
const none = { rawSizes: new Map<number, number>(), beyond: [], nothingFits: false, runs: [] };

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
    const infer = (first: bigint, last: bigint, nothingFits = false) =>
      inferSegmentSize({ ...none, beyond: [{ first, last, mark: 0 }], nothingFits });
    expect(infer(0xffn, 0x100n).bytes).toBe(8 * MB);
    expect(infer(0x104n, 0x105n).bytes).toBe(8 * MB);
    expect(infer(0x500000ffen, 0x500000fffn).bytes).toBe(1 * MB);
    expect(infer(0xffn, 0xffn).source).toBe('default');
    expect(infer(0x1000n, 0x1001n).source).toBe('default');
    // One on its own says nothing where others count otherwise.
    expect(infer(0x105n, 0x105n).source).toBe('default');
    expect(infer(0x105n, 0x105n, true).bytes).toBe(8 * MB);
  });

  it.each([32, 64, 128, 256, 1024])('is %d MB where every log ends after its segments', (size) => {
    const perLog = 4096 / size;
    const runs = [misread(size * MB, 3, 3 * perLog)];
    expect(inferSegmentSize({ ...none, runs })).toEqual({
      bytes: size * MB,
      source: 'names',
    });
  });

  it('is not changed by one stray name, nor found where names in sequence speak against it', () => {
    const run = (first: bigint, last: bigint): Run => ({ first, last, mark: 0 });
    const rollovers = [run(0n, 0x3fn), run(0x100n, 0x13fn), run(0x200n, 0x205n)];
    const infer = (...more: Run[]) =>
      inferSegmentSize({ ...none, runs: [[...rollovers, ...more]] });
    expect(infer().bytes).toBe(64 * MB);
    expect(infer(run(0x250n, 0x250n)).bytes).toBe(64 * MB);
    expect(infer(run(0x250n, 0x251n)).source).toBe('default');
    expect(infer(run(0x2fen, 0x305n)).source).toBe('default');
    expect(infer(run(0x2ffn, 0x351n)).source).toBe('default');
    expect(infer(run(0x2ffn, 0x405n)).source).toBe('default');
    expect(infer(run(0x2ffn, 0x305n)).bytes).toBe(64 * MB);
  });

  it('stays the default where only one log ends so, or none', () => {
    const once = [misread(64 * MB, 60, 10)];
    expect(inferSegmentSize({ ...none, runs: once }).source).toBe('default');
    const whole = [misread(16 * MB, 0, 900)];
    expect(inferSegmentSize({ ...none, runs: whole }).source).toBe('default');
  });
});
