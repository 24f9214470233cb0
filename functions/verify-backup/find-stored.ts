import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { findSetFolder } from '../../shared/backup-set/set-layout.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { findFolder } from './find-folder.ts';
import type { StoredObject } from './object-client.ts';
import type { Services } from './services.ts';
import { findAnchor, isFolder, ROOT } from './stored-folder.ts';

type Place = { bucket: string; key: string };

type Stored = {
  object: StoredObject | undefined;
  backup: StoredBackup | undefined;
  /** It was judged by itself once, and is a file of a folder that is one backup. */
  isPart?: boolean;
};

const isPartOfFolder = async (
  services: Services,
  { bucket, key }: Place,
  { kind }: StoredBackup,
): Promise<boolean> => {
  const prefix = findSetFolder(kind, key);
  if (prefix === undefined) return false;
  const { folder } = await findFolder(services, { bucket, key: prefix || ROOT });
  return folder !== undefined && findAnchor(kind, folder) !== undefined;
};

/** What a problem is about, as it is now. Failures other than its absence leave the problem as it is. */
export const findStored = async (
  services: Services,
  { bucket, key }: Place,
): Promise<Stored | 'not-seen'> => {
  try {
    if (isFolder(key)) {
      const { folder, match } = await findFolder(services, { bucket, key });
      return { object: folder, backup: match?.backup };
    }
    const backup = matchBackup(services.plan, bucket, key)?.backup;
    const object = await services.objects.head({ bucket, key });
    const isPart = backup && (await isPartOfFolder(services, { bucket, key }, backup));
    return { object, backup, isPart };
  } catch (error) {
    const isGone = describeAwsFailure(error).reason === 'not-found';
    return isGone ? { object: undefined, backup: undefined } : 'not-seen';
  }
};
