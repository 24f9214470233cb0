import type { BaseBackupContents } from '../../shared/postgres-base-backup/base-backup-contents.ts';
import { countOf } from './count-of.ts';

const describeWal = ({ startLsn, wal }: BaseBackupContents): string => {
  if (wal !== undefined) return `with ${countOf(wal.segments, 'WAL segment')}`;
  const from = startLsn === undefined ? '' : ` from ${startLsn} on`;
  return `without WAL: a restore needs the archive${from}`;
};

/** A sentence part. Says what the backup lacks by itself, since a restore would ask for it. */
export const describeBaseBackup = (backup: BaseBackupContents): string => {
  const kind = backup.isIncremental ? 'an incremental' : 'a complete';
  const needs = backup.isIncremental ? ', which needs the backups before it' : '';
  return `it is ${kind} base backup of PostgreSQL ${backup.serverVersion}${needs}, ${describeWal(backup)}; ${countOf(backup.files, 'file')}`;
};

/** For `observed` of the report. */
export const observeBaseBackup = (backup: BaseBackupContents): Record<string, unknown> => {
  const { systemIdentifier, state, timeline, startLsn, stopLsn, startTime, label, from } = backup;
  const { isIncremental, tablespaces, wal, manifest, dataChecksums } = backup;
  const said = { systemIdentifier, state, timeline, startLsn, stopLsn, startTime, label, from };
  return {
    ...said,
    isIncremental,
    tablespaces: tablespaces.slice(0, 50),
    walSegments: wal?.segments ?? 0,
    manifest: manifest === undefined ? 'none' : `version ${manifest.version}`,
    dataChecksums,
  };
};

type Measurement = [name: string, value: number | undefined, unit: string];

export const measureBaseBackup = (backup: BaseBackupContents | undefined): Measurement[] => [
  ['files', backup?.files, 'files'],
  ['pages', backup?.pages, 'pages'],
  ['pages-verified', backup?.pagesVerified, 'pages'],
];
