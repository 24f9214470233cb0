import type { StoredBackup } from '../plan/plan.ts';
import { readStoredName } from './stored-name.ts';

type Kind = StoredBackup['kind'];

/**
 * What is only ever a part of a backup. Sources: pg_backup_directory.c (`pg_dump -Fd`); pg_basebackup.c
 * (`-Ft`: a tar for each tablespace by its oid).
 */
const LAYOUTS: Partial<Record<Kind, RegExp>> = {
  'pg-dump': /^(toc\.dat|\d{1,10}\.dat|blobs(_\d{1,10})?\.toc|blob_\d{1,10}\.dat)$/,
  'base-backup': /^(base\.tar|pg_wal\.tar|\d{1,10}\.tar|backup_manifest)$/,
};

/** Whether a file's name, without its folder, is one of a backup of this kind that has several files. */
export const isSetMember = (kind: Kind, storedAs: string): boolean =>
  LAYOUTS[kind]?.test(readStoredName(storedAs).name) ?? false;

/** Those files without which nothing of the backup can be restored: they tell a backup from parts of one. */
const ANCHORS: Partial<Record<Kind, RegExp>> = {
  'pg-dump': /^toc\.dat$/,
  'base-backup': /^(base\.tar|backup_manifest)$/,
};

/** Whether a file makes the folder in which it lies a backup of several. */
export const isSetAnchor = (kind: Kind, storedAs: string): boolean =>
  ANCHORS[kind]?.test(readStoredName(storedAs).name) ?? false;

/** The key of the folder in which an object lies: empty for a bucket itself, else with a slash at its end. */
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

/**
 * The folder that is the backup which an object is a part of; undefined where the object is one by itself.
 *
 * @param kind of the backup in the plan.
 */
export const findSetFolder = (kind: Kind, key: string): string | undefined => {
  const folder = folderOf(key);
  return isSetMember(kind, key.slice(folder.length)) ? folder : undefined;
};
