import { type Archive, type Leg, recoveryRoute, timelinesWithSegments } from './recovery-route.ts';
import { formatSegmentName } from './segment-name.ts';
import { clipRuns, holesIn, type Range } from './segment-runs.ts';

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
  route: Leg[];
  oldest?: string;
  newest?: string;
  /** Timelines with segments that the way to the newest one does not touch. */
  aside: number[];
};

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

/** Timeline 1 has no `.history`; one that is not on the route may be, and only its history could tell. */
const wanting = (archive: Archive, route: readonly Leg[], state: string): number[] => {
  const from = route[0]?.from ?? 0n;
  const described = new Set(route.map(({ timeline }) => timeline));
  return timelinesWithSegments(archive).filter((timeline) => {
    const newest = archive.timelines.get(timeline)?.at(-1)?.last ?? 0n;
    const needed = described.has(timeline) || newest >= from;
    return timeline > 1 && needed && (archive.histories.get(timeline) ?? 'missing') === state;
  });
};

/**
 * Every hole in the sequence that a recovery to the newest segment reads, by name. Takes time by the
 * number of runs, not of segments: a hole of millions costs what a hole of one does. Never throws.
 */
export const findGaps = (archive: Archive): Continuity => {
  const route = recoveryRoute(archive);
  const pieces = route.flatMap((leg) => piecesOf(archive, leg));
  const held = pieces.filter((piece) => piece.held);
  const [oldest, newest] = [held[0], held.at(-1)];
  const onRoute = new Set(route.map(({ timeline }) => timeline));
  const name = (timeline: number, number: bigint) =>
    formatSegmentName({ timeline, number }, archive.segmentSize);
  return {
    gaps: gapsAmong(pieces, archive.segmentSize),
    missingHistories: wanting(archive, route, 'missing'),
    unreadableHistories: wanting(archive, route, 'unreadable'),
    route,
    oldest: oldest && name(oldest.timeline, oldest.range.from),
    newest: newest && name(newest.timeline, newest.range.to),
    aside: timelinesWithSegments(archive).filter((timeline) => !onRoute.has(timeline)),
  };
};
