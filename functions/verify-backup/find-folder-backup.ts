import type { Run } from '../../shared/handler/create-handler.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { awaitArrival } from './await-folder.ts';
import { decideArrival } from './decide-arrival.ts';
import type { Reading } from './decide-verdict.ts';
import { describeFailure, GONE } from './end-reading.ts';
import { type FoundFolder, findFolder, findOwner } from './find-folder.ts';
import { type FindOptions, type Found, type Passed, passed } from './found-backup.ts';
import type { Target } from './parse-targets.ts';
import { isWholeDump } from './read-folder.ts';
import type { Services } from './services.ts';
import { findAnchor, type Member, type StoredFolder } from './stored-folder.ts';

const describeListing = (error: unknown): Reading => {
  const failure = describeFailure(error);
  const isForbidden = failure.ended === 'not-seen' && failure.reason === 'access-denied';
  const action = 'Allow s3:ListBucket on the bucket to the role of verify-backup.';
  return isForbidden ? { ...failure, action } : failure;
};

const NUMBERED: Partial<Record<StoredBackup['kind'], RegExp>> = {
  'pg-dump': /^\d+\.dat$/,
  'base-backup': /^\d+\.tar$/,
};

/** Old ones may be in an archive by now, where they cannot be looked at. */
const newestOf = (members: readonly Member[]): Member | undefined =>
  members.toSorted((a, b) => +b.object.lastModified - +a.object.lastModified)[0];

/**
 * Whether the objects of a folder are backups by themselves that are named by a number, a date perhaps.
 *
 * @throws what keeps it from looking at one of them.
 */
const isManyBackups = async (
  services: Services,
  { members }: StoredFolder,
  backup: StoredBackup,
): Promise<boolean> => {
  const newest = newestOf(members);
  const isNumbered = members.every(({ name }) => NUMBERED[backup.kind]?.test(name));
  if (newest === undefined || !isNumbered) return false;
  return backup.kind === 'base-backup' || isWholeDump(services, newest, backup);
};

/**
 * Whether an object that is named like a part of a folder was there for long enough, and is a backup by
 * itself. False where that cannot be seen: the folder then says why.
 */
export const isAlone = async (
  services: Services,
  { bucket, key }: Pick<Target, 'bucket' | 'key'>,
  folderKey: string,
  now: Date,
): Promise<boolean> => {
  try {
    const { match, folder } = await findFolder(services, { bucket, key: folderKey });
    const own = folder?.members.find(({ object }) => object.key === key);
    if (match === undefined || folder === undefined || own === undefined) return false;
    if (findAnchor(match.backup.kind, folder) !== undefined) return false;
    const { settleSeconds } = services;
    const newestAt = own.object.lastModified;
    const { decision } = decideArrival({ newestAt, isWhole: false, settleSeconds, now });
    return decision === 'judge' && (await isManyBackups(services, folder, match.backup));
  } catch {
    return false;
  }
};

/** Those that were there for longer were judged when they came, or are asked for by their own names. */
const RECENT_MS = 86_400_000;

const judgeAlone = async (services: Services, members: Member[], run: Run): Promise<void> => {
  const recent = run.now().getTime() - RECENT_MS;
  const { correlationId } = run;
  const targets = members
    .filter(({ object }) => object.lastModified.getTime() >= recent)
    .map(
      ({ object: { bucket, key } }): Target => ({
        bucket,
        key,
        cause: 'unannounced',
        alone: true,
        correlationId,
      }),
    );
  await services.enqueue(targets);
};

/** What only a request for one object says. */
const addHead = async (
  { objects }: Services,
  folder: StoredFolder,
  anchor: Member | undefined,
): Promise<StoredFolder> => {
  const { members, storageClass } = folder;
  const archived = members.find(({ object }) => object.storageClass === storageClass);
  const sample = archived ?? anchor;
  if (sample === undefined) return folder;
  const { serverSideEncryption, archived: isArchived } = await objects.head(sample.object);
  return { ...folder, serverSideEncryption, archived: isArchived };
};

/**
 * The folder that a target names, if it is one backup and no more of it may be on its way. Where it holds
 * many backups instead, the recent ones are sent to be judged one by one.
 */
export const findFolderBackup = async (
  services: Services,
  target: Target,
  run: Run,
  { force = false, isOwn = false }: FindOptions & { isOwn?: boolean },
): Promise<Found | Passed> => {
  let found: FoundFolder;
  try {
    found = await findFolder(services, target);
  } catch (error) {
    const match = findOwner(services.plan, target);
    if (match === undefined) return passed('outside-policy');
    return { ...match, target, stored: undefined, failure: describeListing(error) };
  }
  const { match, folder } = found;
  if (match === undefined) return passed('outside-policy');
  const { backup } = match;
  if (folder === undefined) return { ...match, target, stored: undefined, failure: GONE };
  const anchor = findAnchor(backup.kind, folder);
  if (!force) {
    const isWhole = anchor !== undefined;
    const { decision } = await awaitArrival(services, run, folder, { isWhole, isOwn });
    if (decision === 'wait') return passed('arriving');
  }
  let isMany = false;
  try {
    isMany = anchor === undefined && (await isManyBackups(services, folder, backup));
    if (!isMany) return { ...match, target, stored: await addHead(services, folder, anchor) };
  } catch (error) {
    return { ...match, target, stored: undefined, failure: describeFailure(error) };
  }
  await judgeAlone(services, folder.members, run);
  return passed('no-folder-backup');
};
