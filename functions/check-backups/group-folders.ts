import { createHash } from 'node:crypto';
import { findSetFolder, isSetAnchor } from '../../shared/backup-set/set-layout.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { newestOf, type OwnObject } from './own-objects.ts';

/** A bucket itself is addressed as `/`: a key is never empty. */
const ROOT = '/';

const isAnchor = (kind: StoredBackup['kind'], key: string, folder: string): boolean =>
  isSetAnchor(kind, key.slice(folder.length));

/** All objects of a folder as one: as old as the newest, as large as all; another ETag with every change. */
const asOne = (folder: string, objects: readonly [OwnObject, ...OwnObject[]]): OwnObject => {
  const [first] = objects;
  const hash = createHash('sha256');
  for (const { key, etag } of objects) hash.update(JSON.stringify([key, etag]));
  return {
    key: folder || ROOT,
    name: first.name.slice(0, first.name.lastIndexOf('/') + 1) || ROOT,
    at: newestOf(objects)?.at ?? first.at,
    bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    etag: hash.digest('hex').slice(0, 32),
    storageClass: first.storageClass,
  };
};

/**
 * The backups that objects are: those of a folder that is one backup (`pg_dump -Fd`, `pg_basebackup -Ft`)
 * count as one, whose key ends with a slash. Objects that are only named like parts of one stay as they are.
 */
export const groupFolders = (
  kind: StoredBackup['kind'],
  objects: readonly OwnObject[],
): OwnObject[] => {
  const folders = new Map<string, [OwnObject, ...OwnObject[]]>();
  const anchored = new Set<string>();
  const alone: OwnObject[] = [];
  for (const object of objects) {
    const folder = findSetFolder(kind, object.key);
    if (folder === undefined) {
      alone.push(object);
      continue;
    }
    const others = folders.get(folder);
    if (others === undefined) folders.set(folder, [object]);
    else others.push(object);
    if (isAnchor(kind, object.key, folder)) anchored.add(folder);
  }
  const grouped = [...folders].flatMap(([folder, members]) =>
    anchored.has(folder) ? [asOne(folder, members)] : members,
  );
  return [...alone, ...grouped];
};
