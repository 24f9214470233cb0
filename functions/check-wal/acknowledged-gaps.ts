import type { AcknowledgedLoss, StoredBackup } from '../../shared/plan/plan.ts';
import type { Gap } from '../../shared/postgres-wal/find-gaps.ts';
import { formatSegmentName, parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns, holesIn, type Range, type Run } from '../../shared/postgres-wal/segment-runs.ts';

/** A part of a gap that somebody answers for. */
export type Acknowledged = Pick<Gap, 'first' | 'last' | 'segments'> & {
  loss: AcknowledgedLoss;
};

export type SortedGaps = {
  /** What nobody has acknowledged. */
  open: Gap[];
  acknowledged: Acknowledged[];
  /** Acknowledgements of segments that are missing, whose day is over. */
  expired: AcknowledgedLoss[];
};

/** The acknowledgement holds to the end of its day. */
const isOver = ({ until }: AcknowledgedLoss, now: Date): boolean =>
  now.toISOString().slice(0, 10) > until;

type Known = { loss: AcknowledgedLoss; timeline: number; run: Run };

const knownAs = (loss: AcknowledgedLoss, segmentSize: number): Known[] => {
  const [first, last] = [loss.first, loss.last].map((name) => parseSegmentName(name, segmentSize));
  if (first === undefined || last === undefined) return [];
  const run = { first: first.number, last: last.number, mark: 0 };
  return [{ loss, timeline: first.timeline, run }];
};

const partOf = (gap: Gap, { from, to }: Range, segmentSize: number): Gap => {
  const name = (number: bigint): string =>
    formatSegmentName({ timeline: gap.timeline, number }, segmentSize);
  const whole = from === gap.range.from && to === gap.range.to;
  if (whole) return gap;
  return {
    ...gap,
    range: { from, to },
    first: name(from),
    last: name(to),
    segments: to - from + 1n,
  };
};

/**
 * Takes out of the gaps what the plan acknowledges, segment by segment: a new hole beside a known one
 * stays. Pure.
 */
export const sortGaps = (
  { acknowledged = [] }: Pick<StoredBackup, 'acknowledged'>,
  gaps: readonly Gap[],
  segmentSize: number,
  now: Date,
): SortedGaps => {
  const known = acknowledged.flatMap((loss) => knownAs(loss, segmentSize));
  const touching = (gap: Gap, over: boolean) =>
    known
      .filter(({ loss, timeline }) => timeline === gap.timeline && isOver(loss, now) === over)
      .flatMap(({ loss, run }) => clipRuns([run], gap.range).map((part) => ({ loss, part })));
  const covered = gaps.map((gap) => ({ gap, parts: touching(gap, false) }));
  return {
    open: covered.flatMap(({ gap, parts }) => {
      const runs = parts.map(({ part }) => part).sort((a, b) => (a.first < b.first ? -1 : 1));
      return holesIn(runs, gap.range).map((range) => partOf(gap, range, segmentSize));
    }),
    acknowledged: covered.flatMap(({ gap, parts }) =>
      parts.map(({ loss, part }) => {
        const range = { from: part.first, to: part.last };
        const { first, last, segments } = partOf(gap, range, segmentSize);
        return { first, last, segments, loss };
      }),
    ),
    expired: [...new Set(gaps.flatMap((gap) => touching(gap, true).map(({ loss }) => loss)))],
  };
};

/** The acknowledgement, in force, of the loss of the first segment that a recovery stops at. */
export const isAcknowledged = (
  { acknowledged = [] }: Pick<StoredBackup, 'acknowledged'>,
  { timeline, range }: Pick<Gap, 'timeline' | 'range'>,
  segmentSize: number,
  now: Date,
): AcknowledgedLoss | undefined =>
  acknowledged
    .filter((loss) => !isOver(loss, now))
    .flatMap((loss) => knownAs(loss, segmentSize))
    .find(
      ({ timeline: own, run }) =>
        own === timeline && run.first <= range.from && range.from <= run.last,
    )?.loss;

const words = ({ first, last }: Pick<Gap, 'first' | 'last'>): string =>
  first === last ? first : `${first} to ${last}`;

/** Ends a sentence that says that nothing else is missing. */
export const describeAcknowledged = (all: readonly Acknowledged[]): string => {
  const [one, ...more] = all;
  if (one === undefined) return '';
  const { owner, until } = one.loss;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  return `, apart from ${words(one)}, which ${owner} acknowledged as lost until ${until}${others}: no recovery passes it`;
};

export const describeExpired = ([loss]: readonly AcknowledgedLoss[]): string =>
  loss === undefined
    ? ''
    : `; that ${words(loss)} is lost was acknowledged by ${loss.owner} until ${loss.until}, which is over`;
