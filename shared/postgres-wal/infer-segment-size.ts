import { DEFAULT_SEGMENT_SIZE, isSegmentSize, segmentsPerLog } from './segment-name.ts';
import { higher, lower, type Run } from './segment-runs.ts';

/** What a listing tells about the segment size. */
export type SizeClues = {
  /** How many raw segments there are of each size that PostgreSQL can be initialised with. */
  rawSizes: ReadonlyMap<number, number>;
  /**
   * Names from the last third part on that the assumed size allows, the whole name read as one number.
   * One on its own is a stray: names in sequence are how an archive counts.
   */
  beyond: readonly Run[];
  /** Whether no name fits the assumed size, so that nothing speaks against a single one beyond it. */
  nothingFits: boolean;
  /** The runs of every timeline, numbered as if segments had 16 MB. */
  runs: readonly (readonly Run[])[];
};

export type InferredSize = { bytes: number; source: 'plan' | 'objects' | 'names' | 'default' };

const mostFrequent = (counts: ReadonlyMap<number, number>): number | undefined =>
  [...counts]
    .filter(([bytes]) => isSegmentSize(bytes))
    .sort(([sizeA, a], [sizeB, b]) => b - a || sizeB - sizeA)[0]?.[0];

const THIRD_PART = 0xffff_ffffn;
const SMALLEST = 1024 ** 2;

/** The largest third part that names prove to be beyond the assumed size; undefined where none does. */
export const partBeyond = ({
  beyond,
  nothingFits,
}: Pick<SizeClues, 'beyond' | 'nothingFits'>): bigint | undefined =>
  beyond
    .filter(({ first, last }) => last > first || nothingFits)
    .map(({ last }) => last & THIRD_PART)
    .filter((part) => part < segmentsPerLog(SMALLEST))
    .reduce<bigint | undefined>((most, part) => higher(most ?? part, part), undefined);

/** Names that count further than 16 MB allows prove smaller segments. */
const smallerThanDefault = (clues: SizeClues): number | undefined => {
  const part = partBeyond(clues) ?? 0n;
  let bytes = DEFAULT_SEGMENT_SIZE;
  while (segmentsPerLog(bytes) <= part) bytes /= 2;
  return bytes === DEFAULT_SEGMENT_SIZE ? undefined : bytes;
};

const PER_LOG = segmentsPerLog(DEFAULT_SEGMENT_SIZE);
/** One could be a hole that happens to end there; two at the same place are how the names count. */
const ENOUGH_ROLLOVERS = 2;
const LARGER = [32, 64, 128, 256, 512, 1_024].map((megabytes) => megabytes * 1024 ** 2);

const isRollover = (run: Run, next: Run | undefined, lastPart: bigint): boolean =>
  next !== undefined &&
  run.last % PER_LOG === lastPart &&
  next.first === run.last - lastPart + PER_LOG;

/** Whether two names in sequence have a third part above `lastPart`, for runs of `perLog` names a log. */
export const countsPast = (run: Run, lastPart: bigint, perLog: bigint): boolean => {
  const log = run.first - (run.first % perLog);
  const from = higher(run.first, log + lastPart + 1n);
  const to = lower(run.last, log + perLog - 1n);
  const inNextLog = run.last >= log + perLog && run.last % perLog > lastPart + 1n;
  return from < to || inNextLog || run.last >= log + 2n * perLog;
};

/** Names that always stop at the same third part (3F for 64 MB) and go on at 0 prove larger ones. */
const largerThanDefault = ({ runs }: SizeClues): number | undefined =>
  LARGER.find((bytes) => {
    const lastPart = segmentsPerLog(bytes) - 1n;
    const rollovers = runs.flatMap((list) =>
      list.filter((run, index) => isRollover(run, list[index + 1], lastPart)),
    );
    const contradicted = runs.flat().some((run) => countsPast(run, lastPart, PER_LOG));
    return rollovers.length >= ENOUGH_ROLLOVERS && !contradicted;
  });

/**
 * The segment size in bytes: what the plan says, else what most raw segments weigh, else what the names
 * prove, else PostgreSQL's default. A wrong guess accuses thousands of segments that never existed.
 */
export const inferSegmentSize = (clues: SizeClues, stated?: number): InferredSize => {
  if (stated !== undefined) return { bytes: stated, source: 'plan' };
  const weighed = mostFrequent(clues.rawSizes);
  if (weighed !== undefined) return { bytes: weighed, source: 'objects' };
  const named = smallerThanDefault(clues) ?? largerThanDefault(clues);
  if (named !== undefined) return { bytes: named, source: 'names' };
  return { bytes: DEFAULT_SEGMENT_SIZE, source: 'default' };
};
