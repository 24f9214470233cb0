import { findSetFolder } from '../../shared/backup-set/set-layout.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import { isAwaited } from './await-folder.ts';
import { describeFailure } from './end-reading.ts';
import { findFolderBackup, isAlone } from './find-folder-backup.ts';
import { type FindOptions, type Found, type Match, type Passed, passed } from './found-backup.ts';
import type { Target } from './parse-targets.ts';
import type { Services } from './services.ts';
import { isFolder, ROOT } from './stored-folder.ts';

/** The newest version of a key, whichever version somebody announced. */
const findObject = async (
  { objects }: Services,
  target: Target,
  match: Match,
): Promise<Found | Passed> => {
  const { bucket, key, versionId } = target;
  try {
    const stored = await objects.head({ bucket, key });
    const isOlder =
      stored.versionId !== undefined && (versionId ?? stored.versionId) !== stored.versionId;
    if (isOlder) return passed('superseded-version');
    return { ...match, target, stored };
  } catch (error) {
    return { ...match, target, stored: undefined, failure: describeFailure(error) };
  }
};

/**
 * The object or folder of the plan that a target names, as it is stored now. An object that is a part of a
 * backup leads to its folder, once no more of it may be on its way.
 */
export const findBackup = async (
  services: Services,
  target: Target,
  run: Run,
  options: FindOptions,
): Promise<Found | Passed> => {
  const { bucket, key } = target;
  const isOwn = options.isAgain || (isFolder(key) && target.cause !== 'manual');
  if (isFolder(key)) return findFolderBackup(services, target, run, { ...options, isOwn });
  const match = matchBackup(services.plan, bucket, key);
  if (match === undefined) return passed('outside-policy');
  const { backup } = match;
  if (backup.kind === 'wal') return passed('judged-by-check-wal');
  const folder = target.alone ? undefined : findSetFolder(backup.kind, key);
  if (folder === undefined) return findObject(services, target, match);
  const folderKey = folder || ROOT;
  if (target.cause !== 'created' && (await isAlone(services, target, folderKey, run.now())))
    return findObject(services, target, match);
  // Of thousands of files every one comes due by itself: the folder is read again by its own time.
  const cause = target.cause === 'reread' ? 'unannounced' : target.cause;
  const whole: Target = { ...target, key: folderKey, versionId: undefined, cause };
  if (target.cause !== 'manual' && !options.isAgain && (await isAwaited(services, whole, run)))
    return passed('arriving');
  return findFolderBackup(services, whole, run, { ...options, isOwn });
};
