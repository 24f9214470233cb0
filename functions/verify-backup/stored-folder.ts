import { createHash } from 'node:crypto';
import type { BackupFile } from '../../shared/backup-set/backup-set.ts';
import { isSetAnchor, isSetMember } from '../../shared/backup-set/set-layout.ts';
import { readStoredName } from '../../shared/backup-set/stored-name.ts';
import type { ListedObject } from '../../shared/object-listing/list-objects.ts';
import type { ObjectVersion } from '../../shared/object-stream/read-object.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { ARCHIVES, type StoredObject } from './object-client.ts';

/** One object of a folder that is a backup. */
export type Member = BackupFile & {
  object: ObjectVersion & Pick<StoredObject, 'lastModified' | 'storageClass'>;
};

/**
 * A folder as if it were one object: its key ends with a slash, its size is that of all members, its time
 * that of the newest, and its ETag changes with every member that comes, goes or changes.
 */
export type StoredFolder = StoredObject & { members: Member[] };

/** A bucket itself is addressed as `/`: a key is never empty. */
export const ROOT = '/';
export const isFolder = (key: string): boolean => key.endsWith('/');
export const prefixOf = (key: string): string => (key === ROOT ? '' : key);

const newestOf = (objects: readonly ListedObject[]): Date =>
  new Date(objects.reduce((newest, { lastModified }) => Math.max(newest, +lastModified), 0));

const digest = (objects: readonly ListedObject[]): string => {
  const hash = createHash('sha256');
  for (const { key, etag, size, lastModified } of objects) {
    hash.update(JSON.stringify([key, etag, size, lastModified.toISOString()]));
  }
  return hash.digest('hex');
};

/** Where some are archived, the folder is: those cannot be read. */
const storageClassOf = (objects: readonly ListedObject[]): string => {
  const classes = [...new Set(objects.map(({ storageClass }) => storageClass))].sort();
  return classes.find((name) => ARCHIVES.has(name)) ?? classes.join(', ');
};

/**
 * The folder that listed objects make up; undefined where none of them is one of a backup of several.
 * In S3's order, whichever way they came.
 */
export const makeFolder = (
  { bucket, key }: { bucket: string; key: string },
  kind: StoredBackup['kind'],
  listed: readonly ListedObject[],
): StoredFolder | undefined => {
  const start = prefixOf(key).length;
  const own = listed.filter((object) => isSetMember(kind, object.key.slice(start)));
  if (own.length === 0) return undefined;
  return {
    bucket,
    key,
    etag: digest(own),
    size: own.reduce((sum, { size }) => sum + size, 0),
    lastModified: newestOf(own),
    storageClass: storageClassOf(own),
    archived: false,
    members: own.map((object) => ({
      ...readStoredName(object.key.slice(start)),
      size: object.size,
      object: { ...object, bucket, etag: `"${object.etag}"` },
    })),
  };
};

/** The file that makes a folder a backup; without it, it is a part of one, or many of another kind. */
export const findAnchor = (
  kind: StoredBackup['kind'],
  { members }: StoredFolder,
): Member | undefined => members.find(({ name }) => isSetAnchor(kind, name));
