import { liveRoutes } from './live-timelines.ts';
import { outermost } from './outermost.ts';
import { type Archive, type Leg, timelinesWithSegments } from './recovery-route.ts';
import { formatSegmentName } from './segment-name.ts';
import { clipRuns, holesIn, lower, type Range } from './segment-runs.ts';

/** Consecutive segments of one timeline that recovery needs and the archive does not hold. */
export type Gap = {
  timeline: number;
  range: Range;
  /** Names of the first and the last missing segment. */
  first: string;
  last: string;
  segments: bigint;
  /** The segment before the hole; absent where the oldest base backup's own start is missing. */
  after?: string;
  /** The segment after the hole, and when it was archived, in milliseconds since 1970. */
  before?: string;
  beforeAt?: number;
};

export type Continuity = {
  gaps: Gap[];
  /** Timelines whose `.history` recovery needs and the archive lacks. */
  missingHistories: number[];
  /** Those whose `.history` is there but could not be read. */
  unreadableHistories: number[];
  /**
   * The lowest `.history` that is missing between the timeline of the oldest base backup and the one that
   * recovery is to reach. A server that looks for the latest timeline counts upwards and stops at the
   * first that has none, whether or not that one is an ancestor. PostgreSQL timeline.c, findNewestTimeLine.
   */
  hidden?: { from: number; to: number; missing: number };
  oldest?: string;
  newest?: string;
  /** Timelines with segments that no way to a live one touches. */
  aside: number[];
};

/** Above every segment that there can be. */
const NO_SEGMENT = 1n << 64n;

type Piece = { timeline: number; range: Range; held: boolean; mark?: number };

/** Everything on the route in order, held or not. */
const piecesOf = (archive: Archive, leg: Leg): Piece[] => {
  const runs = archive.timelines.get(leg.timeline) ?? [];
  const { timeline } = leg;
  const held = clipRuns(runs, leg).map(({ first, last, mark }) => ({
    timeline,
    range: { from: first, to: last },
    held: true,
    mark,
  }));
  const holes = holesIn(runs, leg).map((range) => ({ timeline, range, held: false }));
  return [...held, ...holes].sort((a, b) => (a.range.from < b.range.from ? -1 : 1));
};

const gapsAmong = (pieces: readonly Piece[], segmentSize: number): Gap[] => {
  const name = (timeline: number, number: bigint): string =>
    formatSegmentName({ timeline, number }, segmentSize);
  let after: string | undefined;
  const gaps: Gap[] = [];
  let open: Gap[] = [];
  for (const { timeline, range, held, mark } of pieces) {
    if (held) {
      const before = name(timeline, range.from);
      gaps.push(...open.map((gap) => ({ ...gap, before, beforeAt: mark })));
      open = [];
      after = name(timeline, range.to);
    } else {
      const [first, last] = [name(timeline, range.from), name(timeline, range.to)];
      open.push({ timeline, range, first, last, segments: range.to - range.from + 1n, after });
    }
  }
  return [...gaps, ...open];
};

/** Timeline 1 has no `.history`; one that is not on a route may be, and only its history could tell. */
const wanting = (archive: Archive, routes: readonly Leg[][], state: string): number[] => {
  const from = routes.map(([leg]) => leg?.from ?? 0n).reduce(lower, NO_SEGMENT);
  const described = new Set(routes.flat().map(({ timeline }) => timeline));
  return timelinesWithSegments(archive).filter((timeline) => {
    const newest = archive.timelines.get(timeline)?.at(-1)?.last ?? 0n;
    const needed = described.has(timeline) || newest >= from;
    return timeline > 1 && needed && (archive.histories.get(timeline) ?? 'missing') === state;
  });
};

const hiddenBy = ({ histories }: Archive, [route = []]: readonly Leg[][]): Continuity['hidden'] => {
  const [from, to] = [route[0]?.timeline ?? 0, route.at(-1)?.timeline ?? 0];
  // Ends with the first that is missing, so it never counts further than there are files.
  for (let missing = from + 1; missing <= to; missing += 1) {
    if ((histories.get(missing) ?? 'missing') === 'missing') return { from, to, missing };
  }
  return undefined;
};

/**
 * Every hole in the sequence that a recovery to the newest segment of a live timeline reads, by name.
 * Takes time by the number of runs, not of segments: a hole of millions costs what a hole of one does.
 * Never throws.
 */
export const findGaps = (archive: Archive): Continuity => {
  const routes = liveRoutes(archive);
  const ways = routes.map((route) => route.flatMap((leg) => piecesOf(archive, leg)));
  const held = (ways[0] ?? []).filter((piece) => piece.held);
  const [oldest, newest] = [held[0], held.at(-1)];
  const onRoute = new Set(routes.flat().map(({ timeline }) => timeline));
  const name = (timeline: number, number: bigint) =>
    formatSegmentName({ timeline, number }, archive.segmentSize);
  return {
    gaps: outermost(ways.flatMap((pieces) => gapsAmong(pieces, archive.segmentSize))),
    missingHistories: wanting(archive, routes, 'missing'),
    unreadableHistories: wanting(archive, routes, 'unreadable'),
    hidden: hiddenBy(archive, routes),
    oldest: oldest && name(oldest.timeline, oldest.range.from),
    newest: newest && name(newest.timeline, newest.range.to),
    aside: timelinesWithSegments(archive).filter((timeline) => !onRoute.has(timeline)),
  };
};
