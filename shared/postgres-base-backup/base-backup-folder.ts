import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { IncompleteSetError } from '../backup-set/incomplete-set-error.ts';
import { readTablespaceMap } from './backup-labels.ts';
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

/** Without it there is nothing to restore; where no tar is there at all, it never was to be one. */
const requireBase = (index: ReadonlyMap<string, BackupFile>): void => {
  if (index.has(BASE)) return;
  if ([...index.keys()].some((name) => placeOf(name) !== undefined)) {
    throw new IncompleteSetError('base.tar is missing');
  }
  throw new NotJudgedError(
    'format-not-supported',
    'there is a backup_manifest and no tar; a data directory that is stored file by file is not judged by this version',
  );
};

/** `tablespace_map`, which stands in base.tar, names every other tar but that of the WAL. */
const requireTablespaces = (
  { kept }: DataDirectory,
  index: ReadonlyMap<string, BackupFile>,
): void => {
  const map = kept.get('tablespace_map');
  const named = map === undefined ? [] : readTablespaceMap(map);
  const lost = named.filter(({ oid }) => !index.has(`${oid}.tar`));
  if (lost.length === 0) return;
  const words = lost.slice(0, 3).map(({ oid, location }) => `${oid}.tar (${location})`);
  throw new IncompleteSetError(
    `the tars of ${lost.length} of ${named.length} tablespaces are missing: ${words.join(', ')}`,
  );
};

/**
 * Verifies a folder of `pg_basebackup -Ft`: every tar to its last byte, every file against
 * `backup_manifest` as pg_verifybackup does, and what a server needs to start from it.
 * Memory grows with the number of files alone.
 *
 * @throws {IncompleteSetError} where a tar is missing.
 * @throws {DamageError} what is wrong with it, naming the file.
 * @throws {NotJudgedError} what this version cannot judge; more than `limits` allow.
 * Errors of the store pass through.
 */
export const walkBaseBackupFolder = async (
  set: BackupSet,
  limits: BaseBackupLimits = BASE_BACKUP_LIMITS,
): Promise<BaseBackupContents> => {
  const index = indexFiles(set);
  requireBase(index);
  const directory = new DataDirectory(limits, false);
  const manifest = index.get(MANIFEST);
  if (manifest !== undefined) {
    directory.comparison.setManifest(
      await inFile(manifest, readManifest(set.open(manifest), limits)),
    );
  }
  const tablespacesInside = new Set<number>();
  // The label first: it stands at the beginning of base.tar.
  for (const name of [BASE, ...[...index.keys()].filter((other) => other !== BASE)]) {
    const file = index.get(name);
    const place = placeOf(name);
    if (file === undefined || place === undefined) continue;
    await inFile(file, readMembers(set.open(file), { directory, place }));
    if (name === BASE) requireTablespaces(directory, index);
    const oid = TABLESPACE.exec(name)?.[1];
    if (oid !== undefined) tablespacesInside.add(Number(oid));
  }
  return judgeDataDirectory(directory, { tablespacesInside });
};
