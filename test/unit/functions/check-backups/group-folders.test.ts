import { describe, expect, it } from 'vitest';
import { groupFolders } from '../../../../functions/check-backups/group-folders.ts';

const object = (name: string, minute = 0, etag = 'e') => ({
  key: `db/${name}`,
  name,
  at: new Date(60_000 * minute),
  bytes: 10,
  etag,
  storageClass: 'STANDARD',
});

describe('folders that are one backup', () => {
  it('count as one, as old as the newest of their files and as large as all', () => {
    const grouped = groupFolders('pg-dump', [
      object('1/3354.dat.gz', 1),
      object('shop.dump', 2),
      object('1/toc.dat', 7),
      object('1/blob_16400.dat.gz', 3),
      object('2/toc.dat', 5),
    ]);
    expect(grouped.map(({ name, key, at, bytes }) => [name, key, +at / 60_000, bytes])).toEqual([
      ['shop.dump', 'db/shop.dump', 2, 10],
      ['1/', 'db/1/', 7, 30],
      ['2/', 'db/2/', 5, 10],
    ]);
  });

  it('are other ones with every change of a file', () => {
    const etag = (changed: string) =>
      groupFolders('pg-dump', [object('1/9.dat', 0, changed), object('1/toc.dat')])[0]?.etag;
    expect(etag('a')).toBe(etag('a'));
    expect(etag('a')).not.toBe(etag('b'));
  });

  it('are none where nothing tells that they are one', () => {
    const numbered = [object('261120.dat.gz'), object('261121.dat.gz')];
    expect(groupFolders('pg-dump', numbered)).toEqual(numbered);
    const tars = [object('20261120.tar.gz'), object('20261121.tar.gz')];
    expect(groupFolders('base-backup', tars)).toEqual(tars);
    const files = [object('1/toc.dat'), object('1/9.dat')];
    expect(groupFolders('files', files)).toEqual(files);
  });

  it('are addressed by a slash where they are a whole bucket', () => {
    const root = { ...object('toc.dat'), key: 'toc.dat' };
    expect(groupFolders('pg-dump', [root])).toMatchObject([{ key: '/', name: '/' }]);
  });
});
