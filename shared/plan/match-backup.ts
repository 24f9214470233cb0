import type { Location } from './location.ts';
import { matchesName } from './match-name.ts';
import type { Plan, StoredBackup } from './plan.ts';

/** The key below a location, where the key is below it and is no folder marker. */
export const keyBelow = (location: Location, bucket: string, key: string): string | undefined =>
  bucket === location.bucket &&
  key.startsWith(location.prefix) &&
  key.length > location.prefix.length &&
  !key.endsWith('/')
    ? key.slice(location.prefix.length)
    : undefined;

/**
 * The backup of the plan that an object belongs to: the one with the longest location that holds it,
 * and among equals the one with the longest `match`, the most particular. A copy belongs to the
 * backup that it copies.
 */
export const matchBackup = (
  plan: Pick<Plan, 'backups'>,
  bucket: string,
  key: string,
): { backup: StoredBackup; place: 'location' | 'copy'; name: string } | undefined => {
  const candidates = plan.backups
    .filter((backup) => backup.store === 's3')
    .flatMap((backup) =>
      [
        { backup, place: 'location' as const, location: backup.location },
        ...backup.copies.map(({ location }) => ({ backup, place: 'copy' as const, location })),
      ].flatMap((candidate) => {
        const name = keyBelow(candidate.location, bucket, key);
        const fits = name !== undefined && matchesName(candidate.backup.match ?? '*', name);
        return fits ? [{ ...candidate, name }] : [];
      }),
    )
    .sort(
      (a, b) =>
        b.location.prefix.length - a.location.prefix.length ||
        (b.backup.match?.length ?? 0) - (a.backup.match?.length ?? 0) ||
        Number(a.place === 'copy') - Number(b.place === 'copy'),
    );
  const [best] = candidates;
  return best && { backup: best.backup, place: best.place, name: best.name };
};
