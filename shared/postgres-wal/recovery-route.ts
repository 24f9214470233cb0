import type { TimelineSwitch } from './history-file.ts';
import { segmentOf } from './lsn.ts';
import { clipRuns, higher, lower, type Range, type Run } from './segment-runs.ts';

/**
 * What an archive holds of a timeline's `.history`: its switches, nothing, or a file that could not be
 * read (which is not the same as nothing).
 */
export type History = { switches: readonly TimelineSwitch[] } | 'missing' | 'unreadable';

export type Archive = {
  segmentSize: number;
  /** The segments of each timeline, without partial ones; a run's mark is when it was archived. */
  timelines: ReadonlyMap<number, readonly Run[]>;
  /** Absent is the same as 'missing'. */
  histories: ReadonlyMap<number, History>;
  /** Where each base backup of the archive starts. */
  labels: readonly { timeline: number; number: bigint }[];
  /** When the last segment of each timeline was archived, in milliseconds since 1970, where that is known. */
  newestAt?: ReadonlyMap<number, number>;
};

/** The segments of one timeline that recovery reads. Empty where `from` is above `to`. */
export type Leg = { timeline: number } & Range;

const NO_END = 1n << 64n;

const bounds = (runs: readonly Run[] = []): Range | undefined => {
  const [first, last] = [runs[0], runs.at(-1)];
  return first && last && { from: first.first, to: last.last };
};

/** The timelines that hold segments, lowest first. */
export const timelinesWithSegments = ({ timelines }: Archive): number[] =>
  [...timelines]
    .filter(([, runs]) => runs.length > 0)
    .map(([timeline]) => timeline)
    .sort((a, b) => a - b);

/** Legs that a `.history` describes: each timeline from the switch into it to the one out of it. */
export const describedLegs = (
  switches: readonly TimelineSwitch[],
  timeline: number,
  segmentSize: number,
): Leg[] => {
  const entries = switches.map(({ lsn }) => segmentOf(lsn, segmentSize));
  return [...switches.map(({ parent }) => parent), timeline].map((id, index) => ({
    timeline: id,
    from: entries[index - 1] ?? 0n,
    // The segment of the switch is the child's: the parent's of that number may be partial or absent.
    to: (entries[index] ?? NO_END) - 1n,
  }));
};

/**
 * Without a `.history` the parent is a guess: the next lower timeline. Only what it holds below the
 * child's first segment is claimed, so a hole between the two is not invented.
 */
const guessedLegs = (archive: Archive, timeline: number): Leg[] => {
  const own = bounds(archive.timelines.get(timeline));
  if (own === undefined) return [];
  const leg = { timeline, from: own.from, to: NO_END - 1n };
  const parent = timelinesWithSegments(archive).findLast((id) => id < timeline);
  if (parent === undefined || archive.histories.get(timeline) === 'unreadable') return [leg];
  const below = legsTo(archive, parent).map((part) => {
    const held = clipRuns(archive.timelines.get(part.timeline) ?? [], {
      from: part.from,
      to: own.from - 1n,
    });
    const last = held.at(-1)?.last ?? part.from - 1n;
    return { ...part, to: lower(last, part.to) };
  });
  return [...below, leg];
};

const legsTo = (archive: Archive, timeline: number): Leg[] => {
  const history = archive.histories.get(timeline) ?? 'missing';
  if (typeof history !== 'string') {
    return describedLegs(history.switches, timeline, archive.segmentSize);
  }
  return timeline === 1
    ? [{ timeline, from: 0n, to: NO_END - 1n }]
    : guessedLegs(archive, timeline);
};

const raise = (legs: readonly Leg[], from: bigint): Leg[] =>
  legs.map((leg) => ({ ...leg, from: higher(leg.from, from) }));

/**
 * The oldest base backup whose start lies on the way; it may start in the segment of a switch. Where the
 * archive begins exactly with the segment at which one starts, older ones are gone and only their `.backup`
 * files are left: pg_archivecleanup deletes all segments before that one, and none of these files.
 */
const oldestLabel = (
  { labels }: Archive,
  legs: readonly Leg[],
  newest: bigint,
  oldest: bigint | undefined,
): bigint | undefined => {
  const starts = labels
    .filter((label) => label.number <= newest)
    .filter((label) =>
      legs.some(
        ({ timeline, from, to }) =>
          timeline === label.timeline && label.number >= from && label.number <= to + 1n,
      ),
    )
    .map(({ number }) => number);
  return (
    starts.find((number) => number === oldest) ??
    starts.reduce<bigint | undefined>((least, n) => lower(least ?? n, n), undefined)
  );
};

const oldestSegment = (archive: Archive, legs: readonly Leg[]): bigint | undefined =>
  legs
    .map((leg) => bounds(clipRuns(archive.timelines.get(leg.timeline) ?? [], leg))?.from)
    .find((number) => number !== undefined);

/**
 * The way recovery goes through the archive to one timeline: from the oldest base backup, or the oldest
 * segment where there is none, along the switches to the timeline's newest segment. Timelines that it
 * does not touch (a promotion that was given up, a test restore) are not needed and not in it, and
 * switches older than the anchor do not matter, whether or not they ever happened in this archive.
 * Empty where the timeline holds nothing.
 */
export const recoveryRoute = (archive: Archive, target: number): Leg[] => {
  const newest = bounds(archive.timelines.get(target))?.to;
  if (newest === undefined) return [];
  const legs = legsTo(archive, target).map((leg) => ({
    ...leg,
    to: lower(leg.to, newest),
  }));
  const oldest = oldestSegment(archive, legs);
  const anchor = oldestLabel(archive, legs, newest, oldest) ?? oldest ?? newest;
  return raise(legs, anchor).filter(({ from, to }) => from <= to);
};
