import { DEFAULT_SEGMENT_SIZE, isSegmentSize, segmentsPerLog } from './segment-name.ts';
import type { Run } from './segment-runs.ts';

/** What a listing tells about the segment size. */
export type SizeClues = {
  /** How many raw segments there are of each size that PostgreSQL can be initialised with. */
  rawSizes: ReadonlyMap<number, number>;
  /** The largest third part among the names. */
  highestPart: bigint;
  /** The runs of every timeline, numbered as if segments had 16 MB. */
  runs: readonly (readonly Run[])[];
};

export type InferredSize = { bytes: number; source: 'plan' | 'objects' | 'names' | 'default' };

const mostFrequent = (counts: ReadonlyMap<number, number>): number | undefined =>
  [...counts]
    .filter(([bytes]) => isSegmentSize(bytes))
    .sort(([sizeA, a], [sizeB, b]) => b - a || sizeB - sizeA)[0]?.[0];

/** Names that count further than 16 MB allows prove smaller segments. */
const smallerThanDefault = (highestPart: bigint): number | undefined => {
  let bytes = DEFAULT_SEGMENT_SIZE;
  while (isSegmentSize(bytes) && segmentsPerLog(bytes) <= highestPart) bytes /= 2;
  return isSegmentSize(bytes) && bytes !== DEFAULT_SEGMENT_SIZE ? bytes : undefined;
};

const PER_LOG = segmentsPerLog(DEFAULT_SEGMENT_SIZE);
/** One could be a hole that happens to end there; two at the same place are how the names count. */
const ENOUGH_ROLLOVERS = 2;

const isRollover = (run: Run, next: Run | undefined, highestPart: bigint): boolean =>
  next !== undefined &&
  run.last % PER_LOG === highestPart &&
  next.first === run.last - highestPart + PER_LOG;

/** Names that always stop at the same third part (3F for 64 MB) and go on at 0 prove larger ones. */
const largerThanDefault = ({ highestPart, runs }: SizeClues): number | undefined => {
  const bytes = Number(0x1_0000_0000n / (highestPart + 1n));
  if (!isSegmentSize(bytes) || bytes <= DEFAULT_SEGMENT_SIZE) return undefined;
  const rollovers = runs.flatMap((list) =>
    list.filter((run, index) => isRollover(run, list[index + 1], highestPart)),
  );
  return rollovers.length >= ENOUGH_ROLLOVERS ? bytes : undefined;
};

/**
 * The segment size in bytes: what the plan says, else what most raw segments weigh, else what the names
 * prove, else PostgreSQL's default. A wrong guess accuses thousands of segments that never existed.
 */
export const inferSegmentSize = (clues: SizeClues, stated?: number): InferredSize => {
  if (stated !== undefined) return { bytes: stated, source: 'plan' };
  const weighed = mostFrequent(clues.rawSizes);
  if (weighed !== undefined) return { bytes: weighed, source: 'objects' };
  const named = smallerThanDefault(clues.highestPart) ?? largerThanDefault(clues);
  if (named !== undefined) return { bytes: named, source: 'names' };
  return { bytes: DEFAULT_SEGMENT_SIZE, source: 'default' };
};
