import type { Gap } from './find-gaps.ts';
import { countsPast } from './infer-segment-size.ts';
import type { Archive } from './recovery-route.ts';
import { segmentsPerLog } from './segment-name.ts';

/** Logs of 1 GB segments, the largest, hold so many. */
const FEWEST = 4n;

/**
 * Whether a hole would be none if segments were larger than assumed: it runs from where the names of a
 * larger size end (40 for 64 MB) to the end of the log, and no two names in sequence lie beyond.
 */
export const mayBeRollover = (
  { timeline, range }: Pick<Gap, 'timeline' | 'range'>,
  { segmentSize, timelines }: Pick<Archive, 'segmentSize' | 'timelines'>,
): boolean => {
  const perLog = segmentsPerLog(segmentSize);
  const part = range.from % perLog;
  const isOneEnd = range.to === range.from - part + perLog - 1n;
  // A power of two has no bit in common with the number before it.
  const isSize = part >= FEWEST && (part & (part - 1n)) === 0n;
  if (!isOneEnd || !isSize || !timelines.has(timeline)) return false;
  return ![...timelines.values()].flat().some((run) => countsPast(run, part - 1n, perLog));
};
