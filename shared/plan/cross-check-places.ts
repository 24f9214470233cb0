import { error, type Finding, warning } from './finding.ts';
import { formatLocation, type Location } from './location.ts';
import type { Plan, StoredBackup } from './plan.ts';

type Place = { backup: StoredBackup; path: PropertyKey[]; what: string; text: string };

const placesOf = (backup: StoredBackup): Place[] => {
  const path = ['backups', backup.name];
  const text = (location: Location) => `${formatLocation(location)}${backup.match ?? ''}`;
  return [
    { backup, path: [...path, 'location'], what: 'the location', text: text(backup.location) },
    ...backup.copies.map(({ location }, index) => ({
      backup,
      path: [...path, 'copies', index],
      what: 'a copy',
      text: text(location),
    })),
  ];
};

const clash = (place: Place, earlier: Place): Finding => {
  if (place.backup === earlier.backup) {
    return earlier.what === 'the location'
      ? error(place.path, 'is the location itself; a copy must be somewhere else')
      : warning(place.path, 'stands here twice');
  }
  const level = place.what === 'the location' && earlier.what === 'the location' ? error : warning;
  return level(
    place.path,
    `is also ${earlier.what} of "${earlier.backup.name}"; tell the two apart with match`,
  );
};

/**
 * No object may belong to two backups, and no backup is its own copy or its own replica. Copies that
 * lie in one folder are a warning: they are found by their names, which only may be the same.
 */
export const checkPlaces = ({ backups }: Plan): Finding[] => {
  const stored = backups.filter((backup) => backup.store === 's3');
  const places = stored.flatMap(placesOf);
  const twice = places.flatMap((place, index): Finding[] => {
    const earlier = places.slice(0, index).find((other) => other.text === place.text);
    return earlier === undefined ? [] : [clash(place, earlier)];
  });
  const selfReplicas = stored
    .filter(({ replication, location }) => replication?.bucket === location.bucket)
    .map(({ name }) =>
      error(['backups', name, 'replication'], 'is the same bucket; S3 replicates to another one'),
    );
  return [...twice, ...selfReplicas];
};
