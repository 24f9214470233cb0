/**
 * Segments of one timeline without a hole between them, both ends included. A list of runs is in
 * ascending order, and its runs neither overlap nor touch: memory follows the holes, not the segments.
 */
export type Run = {
  first: bigint;
  last: bigint;
  /** A number that the caller notes of the first one: when it was archived, what it weighs. */
  mark: number;
};

export type Range = { from: bigint; to: bigint };

/** Adds a segment that is not below the last one; the same number twice counts once. Changes `runs`. */
export const appendSegment = (runs: Run[], number: bigint, mark: number): void => {
  const last = runs.at(-1);
  if (last === undefined || number > last.last + 1n) {
    runs.push({ first: number, last: number, mark });
  } else if (number > last.last) {
    last.last = number;
  }
};

/** One list from two, all of `above` being above all of `below`. */
export const joinRuns = (below: readonly Run[], above: readonly Run[]): Run[] => {
  const end = below.at(-1);
  const start = above[0];
  if (end === undefined || start === undefined || start.first > end.last + 1n) {
    return [...below, ...above];
  }
  const touching = { first: end.first, last: start.last, mark: end.mark };
  return [...below.slice(0, -1), touching, ...above.slice(1)];
};

// Math.min and Math.max take no BigInt.
export const lower = (a: bigint, b: bigint): bigint => [a, b].reduce((x, y) => (y < x ? y : x));
export const higher = (a: bigint, b: bigint): bigint => [a, b].reduce((x, y) => (y > x ? y : x));

/** The part of the runs that lies in a range. A run cut at its front keeps its mark. */
export const clipRuns = (runs: readonly Run[], { from, to }: Range): Run[] =>
  runs.flatMap((run) => {
    const first = higher(run.first, from);
    const last = lower(run.last, to);
    return first > last ? [] : [{ first, last, mark: run.mark }];
  });

const ABOVE_ALL = 1n << 64n;

/** Forgets what was known of a range and puts in its place what was found there now. */
export const replaceRange = (
  runs: readonly Run[],
  { from, to }: Range,
  found: readonly Run[],
): Run[] => {
  const below = clipRuns(runs, { from: 0n, to: from - 1n });
  const above = clipRuns(runs, { from: to + 1n, to: ABOVE_ALL });
  return joinRuns(joinRuns(below, clipRuns(found, { from, to })), above);
};

/** The runs without what lies in the ranges, which may be in any order and overlap. */
export const withoutRanges = (runs: readonly Run[], ranges: readonly Range[]): Run[] => {
  const holes = ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const left: Run[] = [];
  let at = 0;
  for (const { last, ...run } of runs) {
    let { first } = run;
    // A range that ends before this run ends before all that come.
    while (at < holes.length && (holes[at]?.to ?? 0n) < first) at += 1;
    for (let next = at; next < holes.length; next += 1) {
      const hole = holes[next];
      if (hole === undefined || hole.from > last) break;
      if (hole.from > first) left.push({ ...run, first, last: hole.from - 1n });
      first = higher(first, hole.to + 1n);
    }
    if (first <= last) left.push({ ...run, first, last });
  }
  return left;
};

/** How many segments the runs hold. */
export const countSegments = (runs: readonly Run[]): bigint =>
  runs.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);

/** What of a range the runs do not hold; each hole is one entry, however wide it is. */
export const holesIn = (runs: readonly Run[], { from, to }: Range): Range[] => {
  const holes: Range[] = [];
  let next = from;
  for (const run of clipRuns(runs, { from, to })) {
    if (run.first > next) holes.push({ from: next, to: run.first - 1n });
    next = run.last + 1n;
  }
  if (next <= to) holes.push({ from: next, to });
  return holes;
};
