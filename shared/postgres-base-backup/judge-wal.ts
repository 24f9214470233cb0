import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { formatLsn, segmentOf } from '../postgres-wal/lsn.ts';
import {
  formatSegmentName,
  isSegmentSize,
  parseSegmentName,
} from '../postgres-wal/segment-name.ts';
import type { DirectoryLabel } from './backup-labels.ts';
import type { ControlFile } from './control-file.ts';
import type { WalRange } from './manifest-lines.ts';
import type { SegmentInside } from './wal-inside.ts';

type WalContext = {
  control: ControlFile;
  segments: ReadonlyMap<string, SegmentInside>;
};

/** `isOpen`: where it ends is not known, and its last segment may end early. */
type NeededRange = WalRange & { isOpen?: boolean };

const place = (address: bigint, { walSegmentSize }: ControlFile): bigint =>
  address / BigInt(walSegmentSize);

/** What its first page says; undefined where all of it agrees. */
const headProblem = (
  { first }: SegmentInside,
  number: bigint,
  control: ControlFile,
): string | undefined => {
  if (first === undefined) return undefined;
  if (first.systemIdentifier !== control.systemIdentifier) return 'it is of another cluster';
  if (first.segmentSize !== control.walSegmentSize) return 'it is of another segment size';
  return place(first.address, control) === number ? undefined : 'it is another part of the WAL';
};

const judgeSegment = (
  number: bigint,
  range: NeededRange,
  { control, segments }: WalContext,
): void => {
  const name = formatSegmentName({ timeline: range.timeline, number }, control.walSegmentSize);
  const segment = segments.get(name);
  const words = `pg_wal/${name}`;
  if (segment === undefined) {
    throw new DamageError(
      'truncated',
      `${words} is missing, which recovery from ${formatLsn(range.start)} needs`,
    );
  }
  if (segment.size < control.walSegmentSize) {
    throw new DamageError(
      'truncated',
      `${words} has ${segment.size} of ${control.walSegmentSize} bytes`,
    );
  }
  const problem = headProblem(segment, number, control);
  if (problem !== undefined) throw new DamageError('corrupt', `${words}: ${problem}`);
  // What comes after the end of the backup is not needed to restore it.
  const { stop } = segment;
  if (stop === undefined || segment.end >= range.end) return;
  if (stop.kind === 'unknown') {
    throw new NotJudgedError('content-not-recognised', `${words}: ${stop.detail}`);
  }
  const isLast = (number + 1n) * BigInt(control.walSegmentSize) >= range.end;
  if (stop.kind === 'early' && range.isOpen && isLast) return;
  throw new DamageError('corrupt', `${words}: ${stop.detail}`);
};

/** Up to the last segment that the backup brings along on this timeline. */
const openRange = (timeline: number, start: bigint, context: WalContext): NeededRange => {
  const size = context.control.walSegmentSize;
  let last = segmentOf(start, size);
  for (const name of context.segments.keys()) {
    const segment = parseSegmentName(name, size);
    if (segment?.timeline === timeline && segment.number > last) last = segment.number;
  }
  return { timeline, start, end: (last + 1n) * BigInt(size), isOpen: true };
};

const findEnd = (start: bigint, { segments }: WalContext): bigint | undefined => {
  for (const { backupEnds } of segments.values()) {
    const end = backupEnds.find((ended) => ended.start === start);
    if (end !== undefined) return end.lsn + 1n;
  }
  return undefined;
};

/**
 * Judges the WAL of a backup without a manifest, which brings all along that its recovery needs. One of a
 * primary server has a record that says where it ended; without it recovery refuses to come to an end. In
 * one of a standby that is the point up to which the standby itself had recovered.
 *
 * @returns where the backup ended.
 * @throws as `judgeWal`.
 */
export const judgeUnlistedWal = (
  label: Pick<DirectoryLabel, 'from' | 'start'> & { timeline: number },
  context: WalContext,
): bigint => {
  const { from, timeline } = label;
  const start = label.start.lsn;
  const end = from === 'standby' ? context.control.minRecoveryLsn : findEnd(start, context);
  if (end === undefined) {
    judgeWal([openRange(timeline, start, context)], context);
    throw new DamageError('truncated', 'the WAL in pg_wal ends before the backup does');
  }
  judgeWal([{ timeline, start, end }], context);
  return end;
};

/**
 * Judges the segments that recovery needs: each there, whole, of this cluster, in its place, and its
 * records unbroken from the backup's beginning to its end.
 *
 * @throws {DamageError} `truncated` or `corrupt`.
 * @throws {NotJudgedError} WAL of a release that is not known here.
 */
export const judgeWal = (ranges: readonly NeededRange[], context: WalContext): void => {
  const size = context.control.walSegmentSize;
  if (!isSegmentSize(size)) {
    throw new DamageError('corrupt', `global/pg_control has a WAL segment size of ${size}`);
  }
  for (const range of ranges) {
    // Ends at the first that is missing, however far a range reaches.
    for (
      let number = segmentOf(range.start, size);
      number * BigInt(size) < range.end;
      number += 1n
    ) {
      judgeSegment(number, range, context);
    }
  }
};
