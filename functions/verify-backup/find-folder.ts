import { findSetFolder, folderOf } from '../../shared/backup-set/set-layout.ts';
import type { ListedObject } from '../../shared/object-listing/list-objects.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { Match } from './found-backup.ts';
import type { Services } from './services.ts';
import { makeFolder, prefixOf, type StoredFolder } from './stored-folder.ts';

type Place = { bucket: string; key: string };

/** Names that a policy's `match` most likely takes in, where there is nothing to ask it about. */
const USUAL = [
  'toc.dat',
  'backup_manifest',
  'base.tar',
  'base.tar.gz',
  'base.tar.lz4',
  'base.tar.zst',
];

const ownerOf = (plan: Plan, bucket: string, keys: Iterable<string>): Match | undefined => {
  for (const key of keys) {
    const match = matchBackup(plan, bucket, key);
    if (match !== undefined && findSetFolder(match.backup.kind, key) !== undefined) {
      return { ...match, name: folderOf(match.name) };
    }
  }
  return undefined;
};

/** The backup of the plan that a folder belongs to: that of the first of its files that belongs to one. */
export const findOwner = (
  plan: Plan,
  { bucket, key }: Place,
  listed: readonly ListedObject[] = [],
): Match | undefined => {
  const stored = listed.map((object) => object.key);
  const usual = USUAL.map((name) => prefixOf(key) + name);
  return ownerOf(plan, bucket, stored) ?? ownerOf(plan, bucket, usual);
};

/** Of a folder that no backup of the plan claims any more. */
const KINDS = ['pg-dump', 'base-backup'] as const;

export type FoundFolder = { match?: Match; folder?: StoredFolder };

/**
 * What lies in a folder now, as one backup; no `folder` where nothing of one is there (any more), no
 * `match` where the plan knows of none. Errors of S3 pass through.
 */
export const findFolder = async (
  { plan, objects }: Pick<Services, 'plan' | 'objects'>,
  place: Place,
): Promise<FoundFolder> => {
  const listed = await objects.list(place.bucket, prefixOf(place.key));
  const match = findOwner(plan, place, listed);
  const kinds = match === undefined ? KINDS : [match.backup.kind];
  const [folder] = kinds.flatMap((kind) => makeFolder(place, kind, listed) ?? []);
  return { match, folder };
};
