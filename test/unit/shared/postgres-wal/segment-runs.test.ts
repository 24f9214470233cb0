import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendSegment,
  clipRuns,
  countSegments,
  holesIn,
  joinRuns,
  type Run,
  replaceRange,
  withoutRanges,
} from '../../../../shared/postgres-wal/segment-runs.ts';

const runsOf = (numbers: Iterable<number>): Run[] => {
  const runs: Run[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) appendSegment(runs, BigInt(number), 0);
  return runs;
};
const numbersOf = (runs: readonly { first: bigint; last: bigint }[]): number[] =>
  runs.flatMap(({ first, last }) =>
    Array.from({ length: Number(last - first) + 1 }, (_, index) => Number(first) + index),
  );
const isOrdered = (runs: readonly Run[]): boolean =>
  runs.every(({ first, last }, index) => {
    const next = runs[index + 1];
    return first <= last && (next === undefined || next.first > last + 1n);
  });

const numbers = fc.uniqueArray(fc.nat(40), { maxLength: 30 });
const range = fc.tuple(fc.nat(45), fc.nat(10)).map(([from, size]) => ({ from, to: from + size }));

describe('runs of segments', () => {
  it('hold what was put in, once, in as few runs as there are holes', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const runs = runsOf([...list, ...list]);
        expect(numbersOf(runs)).toEqual([...list].sort((a, b) => a - b));
        expect(isOrdered(runs)).toBe(true);
        expect(countSegments(runs)).toBe(BigInt(list.length));
      }),
    );
  });

  it('agree with plain sets when clipped, searched for holes and replaced in part', () => {
    fc.assert(
      fc.property(numbers, numbers, range, (known, seen, { from, to }) => {
        const bounds = { from: BigInt(from), to: BigInt(to) };
        const within = (n: number): boolean => n >= from && n <= to;
        expect(numbersOf(clipRuns(runsOf(known), bounds))).toEqual(
          numbersOf(runsOf(known.filter(within))),
        );
        const holes = holesIn(runsOf(known), bounds).map((hole) => ({
          first: hole.from,
          last: hole.to,
        }));
        const all = Array.from({ length: to - from + 1 }, (_, index) => from + index);
        expect(numbersOf(holes)).toEqual(all.filter((n) => !known.includes(n)));
        const replaced = replaceRange(runsOf(known), bounds, runsOf(seen));
        const expected = new Set([...known.filter((n) => !within(n)), ...seen.filter(within)]);
        expect(replaced).toEqual(runsOf(expected));
      }),
    );
  });

  it('lose what lies in ranges, whatever their order', () => {
    const ranges = fc.array(range, { maxLength: 8 });
    fc.assert(
      fc.property(numbers, ranges, (known, holes) => {
        const left = withoutRanges(
          runsOf(known),
          holes.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) })),
        );
        const isLeft = (n: number): boolean => !holes.some(({ from, to }) => n >= from && n <= to);
        expect(numbersOf(left)).toEqual(numbersOf(runsOf(known.filter(isLeft))));
      }),
    );
  });

  it('join where they touch and keep the age of the lower one', () => {
    const run = (first: bigint, last: bigint, mark: number) => ({ first, last, mark });
    expect(joinRuns([run(1n, 2n, 10)], [run(3n, 4n, 20), run(6n, 6n, 30)])).toEqual([
      run(1n, 4n, 10),
      run(6n, 6n, 30),
    ]);
    expect(joinRuns([run(1n, 2n, 10)], [run(4n, 4n, 20)])).toHaveLength(2);
    expect(joinRuns([], [run(4n, 4n, 20)])).toHaveLength(1);
  });
});
