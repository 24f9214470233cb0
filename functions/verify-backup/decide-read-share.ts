import type { CheckReport } from '../../events/check-reported/v1.ts';
import { formatDuration } from '../../shared/plan/duration.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { formatBytes } from './format-bytes.ts';

/** What is kept of a backup, its copies too, and what of that was read to the end within a week. */
export type ReadShare = {
  objects: number;
  bytes: number;
  readObjects: number;
  readBytes: number;
};

type Decision = Pick<
  CheckReport,
  'verdict' | 'reason' | 'summary' | 'expected' | 'observed' | 'measurements' | 'action'
>;

const percent = (part: number, whole: number): number =>
  whole === 0 ? 100 : Math.floor((1_000 * part) / whole) / 10;

/** Pure. A figure, not a promise: that each object is read again in time is the business of its announcement. */
export const decideReadShare = (
  { name, rereadSeconds }: Pick<StoredBackup, 'name' | 'rereadSeconds'>,
  { objects, bytes, readObjects, readBytes }: ReadShare,
): Decision => {
  const share = percent(readBytes, bytes);
  const said = { expected: { reread: formatDuration(rereadSeconds) }, observed: {}, action: '' };
  if (objects === 0) {
    const summary = `${name}: there is nothing to read`;
    return { ...said, verdict: 'unknown', reason: 'nothing-seen', summary, measurements: [] };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: 'measured',
    summary: `${name}: ${readObjects} of ${objects} objects, ${share}% of ${formatBytes(bytes)}, were read to the last byte within a week; the plan has all read every ${formatDuration(rereadSeconds)}`,
    measurements: [
      { name: 'read-last-week', value: share, unit: 'percent' },
      { name: 'objects-read-last-week', value: percent(readObjects, objects), unit: 'percent' },
      { name: 'objects', value: objects, unit: 'objects' },
      { name: 'size', value: bytes, unit: 'bytes' },
    ],
  };
};
