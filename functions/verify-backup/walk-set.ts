import type { BackupSet } from '../../shared/backup-set/backup-set.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { walkDirectoryDump } from '../../shared/postgres-archive/directory-dump.ts';
import { walkBaseBackupFolder } from '../../shared/postgres-base-backup/base-backup-folder.ts';
import type { Format } from './walk-format.ts';

/**
 * Walks a backup of several files to its end, as its kind promises it.
 *
 * @throws {IncompleteSetError} where a file is missing.
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} what this version cannot judge.
 */
export const walkSet = async (kind: StoredBackup['kind'], set: BackupSet): Promise<Format> => {
  if (kind === 'base-backup') {
    const baseBackup = await walkBaseBackupFolder(set);
    return { format: 'base backup', serverVersion: baseBackup.serverVersion, baseBackup };
  }
  const contents = await walkDirectoryDump(set);
  const { serverVersion, dumpVersion } = contents;
  return { format: 'pg-dump directory', serverVersion, dumpVersion, contents };
};
