import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { readManifest } from './backup-manifest.ts';
import type { BaseBackupContents } from './base-backup-contents.ts';
import { DataDirectory } from './data-directory.ts';
import { judgeDataDirectory } from './judge-data-directory.ts';
import { BASE_BACKUP_LIMITS, type BaseBackupLimits } from './limits.ts';
import { type Place, readMembers } from './read-members.ts';

/** The files of `pg_basebackup -Ft`, each under its name without the endings of layers. */
const MANIFEST = 'backup_manifest';
const BASE = 'base.tar';
const WAL = 'pg_wal.tar';
const TABLESPACE = /^(\d{1,10})\.tar$/;

const indexFiles = ({ files }: BackupSet): Map<string, BackupFile> => {
  const index = new Map<string, BackupFile>();
  for (const file of files) {
    const same = index.get(file.name);
    if (same !== undefined) {
      throw new NotJudgedError(
        'content-not-recognised',
        `${file.name} is there twice, as ${same.storedAs} and as ${file.storedAs}`,
      );
    }
    index.set(file.name, file);
  }
  return index;
};

/** Says in which file the error is. */
const inFile = async <T>({ storedAs }: BackupFile, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const words = error instanceof Error ? `${storedAs}: ${error.message}` : '';
    if (error instanceof DamageError) throw new DamageError(error.damage, words, { cause: error });
    if (error instanceof NotJudgedError) throw new NotJudgedError(error.reason, words);
    throw error;
  }
};

/** Where the members of a tar belong. Undefined where the tar is none of a base backup. */
const placeOf = (name: string): Place | undefined => {
  if (name === BASE) return (path) => path;
  if (name === WAL) return (path) => `pg_wal/${path}`;
  const oid = TABLESPACE.exec(name)?.[1];
  return oid === undefined ? undefined : (path) => `pg_tblspc/${oid}/${path}`;
};

/**
 * Verifies a folder of `pg_basebackup -Ft`: every tar to its last byte, every file against
 * `backup_manifest` as pg_verifybackup does, and what a server needs to start from it.
 * Memory grows with the number of files alone.
 *
 * @throws {DamageError} what is wrong with it, naming the file.
 * @throws {NotJudgedError} what this version cannot judge; more than `limits` allow.
 * Errors of the store pass through.
 */
export const walkBaseBackupFolder = async (
  set: BackupSet,
  limits: BaseBackupLimits = BASE_BACKUP_LIMITS,
): Promise<BaseBackupContents> => {
  const index = indexFiles(set);
  const directory = new DataDirectory(limits, false);
  const manifest = index.get(MANIFEST);
  if (manifest !== undefined) {
    directory.comparison.setManifest(
      await inFile(manifest, readManifest(set.open(manifest), limits)),
    );
  }
  if (!index.has(BASE)) throw new DamageError('truncated', 'base.tar is missing');
  const tablespacesInside = new Set<number>();
  // The label first: it stands at the beginning of base.tar.
  for (const name of [BASE, ...[...index.keys()].filter((other) => other !== BASE)]) {
    const file = index.get(name);
    const place = placeOf(name);
    if (file === undefined || place === undefined) continue;
    await inFile(file, readMembers(set.open(file), { directory, place }));
    const oid = TABLESPACE.exec(name)?.[1];
    if (oid !== undefined) tablespacesInside.add(Number(oid));
  }
  return judgeDataDirectory(directory, { tablespacesInside });
};
