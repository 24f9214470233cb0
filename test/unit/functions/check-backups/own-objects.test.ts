import { describe, expect, it } from 'vitest';
import { newestOf, ownObjects } from '../../../../functions/check-backups/own-objects.ts';
import { generation } from '../../../support/backup-generations.ts';
import { storedBackup } from '../../../support/backup-policies.ts';

const plan = {
  name: 'test',
  digest: '',
  objectives: {},
  webhooks: [],
  alerts: {
    channels: [],
    routes: { critical: [], warning: [] },
    repeatSeconds: { critical: 1, warning: 1 },
    unknownAfterSeconds: 1,
  },
};
const object = (key: string) => ({
  key,
  size: 1,
  lastModified: new Date(0),
  etag: 'e',
  storageClass: 'STANDARD',
});

describe('ownObjects', () => {
  const all = storedBackup({ name: 'all', location: { bucket: 'b', prefix: '' } });
  const dumps = storedBackup({
    name: 'dumps',
    location: { bucket: 'b', prefix: 'db/' },
    match: '*.dump',
    copies: [{ location: { bucket: 'b', prefix: 'db/copy/' }, withinSeconds: 0 }],
  });
  const listed = ['x', 'db/a ö+.dump', 'db/notes', 'db/copy/a.dump', 'db/copy/notes'].map(object);
  const both = { ...plan, backups: [all, dumps] };
  const own = (...given: Parameters<typeof ownObjects>) =>
    ownObjects(...given).map(({ name }) => name);

  it('leaves to each backup what is nearer to it', () => {
    expect(own(both, dumps, dumps.location, listed)).toEqual(['a ö+.dump']);
    expect(own(both, dumps, { bucket: 'b', prefix: 'db/copy/' }, listed.slice(3))).toEqual([
      'a.dump',
    ]);
    expect(own(both, all, all.location, listed)).toEqual(['x', 'db/notes', 'db/copy/notes']);
  });
});

describe('newestOf', () => {
  it('finds the newest of many without a limit', () => {
    const many = Array.from({ length: 200_000 }, (_, n) => generation(n));
    expect(newestOf(many)?.at.getTime()).toBe(199_999);
    expect(newestOf([])).toBeUndefined();
  });
});
