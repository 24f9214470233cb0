import type { ListedObject } from '../../shared/object-listing/list-objects.ts';
import type { Location } from '../../shared/plan/location.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { Plan, StoredBackup } from '../../shared/plan/plan.ts';
import type { Generation } from './seen.ts';

/** An object of a policy, by its name below the place and by its key. */
export type OwnObject = Generation & { key: string; storageClass: string };

/** Only these can claim an object of the bucket. */
const policiesIn = (plan: Plan, bucket: string): Pick<Plan, 'backups'> => ({
  backups: plan.backups.filter(
    (policy) =>
      policy.store === 's3' &&
      [policy.location, ...policy.copies.map(({ location }) => location)].some(
        (place) => place.bucket === bucket,
      ),
  ),
});

/**
 * Those of a listing that belong to a policy, and to no other with a nearer location or match.
 *
 * @param location of the policy, or of one of its copies.
 */
export const ownObjects = (
  plan: Plan,
  policy: StoredBackup,
  location: Location,
  listed: readonly ListedObject[],
): OwnObject[] => {
  const candidates = policiesIn(plan, location.bucket);
  return listed.flatMap(({ key, size, lastModified, etag, storageClass }) => {
    const match = matchBackup(candidates, location.bucket, key);
    const isOwn =
      match?.backup.name === policy.name && match.name === key.slice(location.prefix.length);
    return isOwn
      ? [{ key, name: match.name, at: lastModified, bytes: size, etag, storageClass }]
      : [];
  });
};

/** The newest of objects, in one pass: there may be many. */
export const newestOf = <T extends Generation>(objects: readonly T[]): T | undefined =>
  objects.reduce<T | undefined>(
    (newest, one) => (newest === undefined || one.at > newest.at ? one : newest),
    undefined,
  );
