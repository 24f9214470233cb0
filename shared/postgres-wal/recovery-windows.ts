import type { BaseBackup } from './base-backup.ts';
import { liveTimelines } from './live-timelines.ts';
import { segmentOf } from './lsn.ts';
import { type Archive, describedLegs, type Leg } from './recovery-route.ts';
import { formatSegmentName } from './segment-name.ts';
import {
  clipRuns,
  higher,
  holesIn,
  lower,
  type Range,
  type Run,
  withoutRanges,
} from './segment-runs.ts';

/** When the WAL of a segment ends. A transaction's time is exact; the others are when it was archived. */
export type SegmentTime = { at: number; means: 'last-transaction' | 'archived' | 'archived-later' };

export type WindowArchive = Archive & {
  /** Segments that are there, and that a recovery cannot read: empty, cut, damaged, foreign. */
  broken?: ReadonlyMap<number, readonly Range[]>;
  /** What is known of a segment's time besides the runs' marks and `newestAt`. */
  timeOf?: (timeline: number, number: bigint) => SegmentTime | undefined;
};

/** Consecutive segments without which a recovery does not go on. */
export type Hole = {
  kind: 'missing' | 'broken';
  timeline: number;
  range: Range;
  first: string;
  last: string;
};

/** The last segment that a recovery gets through. */
export type WindowEnd = { segment: string; lsn: bigint; time?: SegmentTime };

/** What the archive can do for one base backup, on the way to one timeline. */
export type RecoveryWindow = { backup: BaseBackup; timeline: number } & (
  | {
      state: 'usable';
      from: { lsn: bigint; at?: number };
      to: WindowEnd;
      /** Absent where the window ends with the timeline's newest segment. */
      endedBy?: Hole;
    }
  /** The WAL that it needs to be consistent is not all there: it cannot be restored at all (or not yet). */
  | { state: 'incomplete'; missing: Hole }
  /** Where the backup ends is not known, so neither is whether its own WAL is whole. */
  | { state: 'unknown'; to: WindowEnd; endedBy?: Hole }
);

const NO_END = 1n << 64n;

/** With the segments that can be read, worked out once for all windows. */
type Readable = WindowArchive & { readable: ReadonlyMap<number, readonly Run[]> };

const withReadable = (archive: WindowArchive): Readable => ({
  ...archive,
  readable: new Map(
    [...archive.timelines].map(([timeline, runs]) => [
      timeline,
      withoutRanges(runs, archive.broken?.get(timeline) ?? []),
    ]),
  ),
});

/** What is at the beginning of a range that cannot be read: either kind of hole may touch the other. */
const holeAt = (archive: WindowArchive, timeline: number, { from, to }: Range): Hole => {
  const [held] = clipRuns(archive.timelines.get(timeline) ?? [], { from, to });
  const kind = held?.first === from ? 'broken' : 'missing';
  const last = kind === 'broken' ? held?.last : held && held.first - 1n;
  const range = { from, to: last ?? to };
  const name = (number: bigint): string =>
    formatSegmentName({ timeline, number }, archive.segmentSize);
  return { kind, timeline, range, first: name(range.from), last: name(range.to) };
};

/** The first thing on the way that ends a recovery, between two segments, both included. */
const firstHole = (
  archive: Readable,
  legs: readonly Leg[],
  { from, to }: Range,
): Hole | undefined =>
  legs
    .flatMap((leg) => {
      const part = { from: higher(leg.from, from), to: lower(leg.to, to) };
      const [range] = holesIn(archive.readable.get(leg.timeline) ?? [], part);
      return range === undefined ? [] : [holeAt(archive, leg.timeline, range)];
    })
    .at(0);

const markedTime = (
  archive: WindowArchive,
  timeline: number,
  number: bigint,
): SegmentTime | undefined => {
  const runs = archive.timelines.get(timeline) ?? [];
  const newestAt = archive.newestAt?.get(timeline);
  if (number === runs.at(-1)?.last && newestAt !== undefined) {
    return { at: newestAt, means: 'archived' };
  }
  const run = runs.find(({ first, last }) => first <= number && number <= last);
  if (run === undefined || run.mark === 0) return undefined;
  return { at: run.mark, means: run.first === number ? 'archived' : 'archived-later' };
};

const endAt = (archive: WindowArchive, legs: readonly Leg[], number: bigint): WindowEnd => {
  const { timeline } = legs.findLast(({ from }) => from <= number) ?? { timeline: 0 };
  return {
    segment: formatSegmentName({ timeline, number }, archive.segmentSize),
    lsn: (number + 1n) * BigInt(archive.segmentSize),
    time: archive.timeOf?.(timeline, number) ?? markedTime(archive, timeline, number),
  };
};

/**
 * The way from a backup to a timeline; undefined where none is known. One that ended beyond the switch is
 * of no use to the timeline that began there, and without its `.history` no server finds a timeline.
 */
const wayTo = (archive: WindowArchive, backup: BaseBackup, timeline: number): Leg[] | undefined => {
  if (timeline === backup.timeline) return [{ timeline, from: 0n, to: NO_END }];
  const history = archive.histories.get(timeline) ?? 'missing';
  if (typeof history === 'string') return undefined;
  const left = history.switches.find(({ parent }) => parent === backup.timeline);
  return left === undefined || (backup.stop ?? backup.start) > left.lsn
    ? undefined
    : describedLegs(history.switches, timeline, archive.segmentSize);
};

const windowOn = (archive: Readable, backup: BaseBackup, legs: readonly Leg[]): RecoveryWindow => {
  const { timeline } = legs.at(-1) ?? backup;
  const size = archive.segmentSize;
  const from = segmentOf(backup.start, size);
  // Up to a boundary is within the segment before it.
  const needed = segmentOf((backup.stop ?? backup.start + 1n) - 1n, size);
  const missing = firstHole(archive, legs, { from, to: higher(from, needed) });
  if (missing !== undefined) return { backup, timeline, state: 'incomplete', missing };
  const newest = archive.timelines.get(timeline)?.at(-1)?.last ?? needed;
  const endedBy = firstHole(archive, legs, { from: needed + 1n, to: newest });
  const to = endAt(archive, legs, (endedBy?.range.from ?? higher(newest, needed) + 1n) - 1n);
  if (backup.stop === undefined) return { backup, timeline, state: 'unknown', to, endedBy };
  const start = { lsn: backup.stop, at: backup.stoppedAt };
  return { backup, timeline, state: 'usable', from: start, to, endedBy };
};

/**
 * From when to when this archive can really recover, for each base backup, in the order given: on the way
 * to every live timeline that the backup leads to (the one that `recovery_target_timeline = 'latest'`
 * takes first), else on its own timeline. No base backups, no windows: WAL alone recovers nothing, and no
 * dump can be rolled forward. Takes time by runs, not by segments. Never throws.
 *
 * A backup that ended a moment ago may be `incomplete` until its last segment is archived.
 */
export const recoveryWindows = (
  archive: WindowArchive,
  backups: readonly BaseBackup[],
): RecoveryWindow[] => {
  const live = liveTimelines(archive);
  const readable = withReadable(archive);
  return backups.flatMap((backup) => {
    const ways = live.flatMap((timeline) => {
      const legs = wayTo(archive, backup, timeline);
      return legs === undefined ? [] : [legs];
    });
    const own = wayTo(archive, backup, backup.timeline) ?? [];
    return (ways.length > 0 ? ways : [own]).map((legs) => windowOn(readable, backup, legs));
  });
};
