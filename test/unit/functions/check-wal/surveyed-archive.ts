import type { ListedFile } from '../../../../functions/check-wal/listing.ts';
import {
  emptyObservation,
  observeFile,
  type Reading,
} from '../../../../functions/check-wal/observation.ts';
import type { HistoryRead, Survey } from '../../../../functions/check-wal/survey.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import { storedBackup } from '../../../support/backup-policies.ts';
import { READING } from './listed-archive.ts';

export const walPolicy = (changes: Partial<StoredBackup> = {}): StoredBackup =>
  storedBackup({ name: 'wal', kind: 'wal', location: { bucket: 'b', prefix: 'wal/' }, ...changes });

/** What is known of an archive after these files were listed. */
export const surveyOf = (
  files: readonly ListedFile[],
  histories: HistoryRead[] = [],
  reading: Reading = READING,
): Survey => {
  const seen = emptyObservation();
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const one of sorted) observeFile(seen, one, reading);
  return { segmentSize: reading.segmentSize, sizeKnown: true, seen, histories, labels: [] };
};
