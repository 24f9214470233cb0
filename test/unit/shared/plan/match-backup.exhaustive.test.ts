import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBelow, matchBackup } from '../../../../shared/plan/match-backup.ts';
import { examplePlans, readPlan } from '../../../support/plan-text.ts';

const { plan } = readPlan(`
plan: test
backups:
  everything: { kind: files, location: "s3://bucket/" }
  config: { kind: config, location: "s3://bucket/config/" }
  environment: { kind: config, location: "s3://bucket/config/", match: "env-*.enc" }
  special: { kind: config, location: "s3://bucket/config/", match: "env-special-*.enc" }
  dumps: { kind: pg-dump, location: "s3://dumps/db/", match: "*/database.dump", copies: ["s3://dr-site/"] }
  deep: { kind: files, location: "s3://bucket/config/deep/" }
  elsewhere: { kind: files, location: "s3://dr-site/elsewhere/" }
  snapshots: { kind: rds-snapshot, source: prod }
`);
const match = (bucket: string, key: string): string | undefined => {
  const found = matchBackup(plan, bucket, key);
  return found && `${found.backup.name} ${found.place} ${found.name}`;
};

describe('matchBackup', () => {
  it.each([
    ['the longest location', 'bucket', 'config/deep/a', 'deep location a'],
    [
      'the location above, where a longer one is not above it',
      'bucket',
      'b',
      'everything location b',
    ],
    ['a match before none', 'bucket', 'config/env-1.enc', 'environment location env-1.enc'],
    [
      'the more particular match',
      'bucket',
      'config/env-special-1.enc',
      'special location env-special-1.enc',
    ],
    [
      'none before a match that does not fit',
      'bucket',
      'config/nginx.conf',
      'config location nginx.conf',
    ],
    [
      'a name with folders',
      'dumps',
      'db/20260302/database.dump',
      'dumps location 20260302/database.dump',
    ],
    ['a copy', 'dr-site', '20260302/database.dump', 'dumps copy 20260302/database.dump'],
    [
      'a longer location before a copy',
      'dr-site',
      'elsewhere/database.dump',
      'elsewhere location database.dump',
    ],
    [
      'a key with spaces, + and non-ASCII',
      'bucket',
      'config/a b+c/Größe 測試.txt',
      'config location a b+c/Größe 測試.txt',
    ],
  ])('finds %s', (_, bucket, key, found) => {
    expect(match(bucket, key)).toBe(found);
  });

  it.each([
    ['another bucket', 'other', 'config/a'],
    ['a folder marker', 'bucket', 'config/'],
    ['a name that does not fit', 'dumps', 'db/20260302/k8s.yaml'],
    ['a copy that does not fit', 'dr-site', '20260302/k8s.yaml'],
    ['a key above the location', 'dumps', 'database.dump'],
    ['the location spelled without its slash', 'dumps', 'db'],
    ['a location that only begins alike', 'dumps', 'database/x/database.dump'],
    ['an empty key', 'bucket', ''],
  ])('finds nothing for %s', (_, bucket, key) => {
    expect(match(bucket, key)).toBeUndefined();
  });

  it('answers ten thousand generated keys, and only with what is below the location', () => {
    const plans = examplePlans().map(({ text }) => readPlan(text).plan);
    const places = plans.flatMap(({ backups }) =>
      backups.flatMap((backup) =>
        backup.store === 's3'
          ? [backup.location, ...backup.copies.map(({ location }) => location)]
          : [],
      ),
    );
    const key = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(...places), fc.string({ unit: 'grapheme', maxLength: 40 }))
        .map(([{ prefix }, name]) => prefix + name),
    );
    const bucket = fc.constantFrom('nobody', ...places.map((place) => place.bucket));
    fc.assert(
      fc.property(fc.constantFrom(...plans), bucket, key, (candidate, inBucket, name) => {
        const found = matchBackup(candidate, inBucket, name);
        if (found === undefined) return;
        const { backup, place } = found;
        const locations = [backup.location, ...backup.copies.map(({ location }) => location)];
        expect(name.endsWith(found.name)).toBe(true);
        expect(
          locations.some((location) => keyBelow(location, inBucket, name) === found.name),
        ).toBe(true);
        expect(['location', 'copy']).toContain(place);
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);
});
