import { describe, expect, it } from 'vitest';
import { findAnchor, makeFolder } from '../../../../functions/verify-backup/stored-folder.ts';

const place = { bucket: 'backups', key: 'db/1/' };
const at = new Date('2026-11-21T03:00:00Z');
const listed = (name: string, changes: object = {}) => ({
  key: `db/1/${name}`,
  size: 10,
  lastModified: at,
  etag: 'aa',
  storageClass: 'STANDARD',
  ...changes,
});
const files = [listed('3354.dat.gz'), listed('README'), listed('toc.dat')];
const etagOf = (objects: typeof files) => makeFolder(place, 'pg-dump', objects)?.etag;

describe('a folder that is a backup', () => {
  it('is all its members together, and nothing else that lies there', () => {
    const later = new Date('2026-11-21T03:10:00Z');
    const folder = makeFolder(place, 'pg-dump', [
      ...files,
      listed('9.dat', { lastModified: later }),
    ]);
    expect(folder).toMatchObject({
      ...place,
      size: 30,
      lastModified: later,
      storageClass: 'STANDARD',
    });
    expect(folder?.members.map(({ name, storedAs }) => [name, storedAs])).toEqual([
      ['3354.dat', '3354.dat.gz'],
      ['toc.dat', 'toc.dat'],
      ['9.dat', '9.dat'],
    ]);
    expect(folder && findAnchor('pg-dump', folder)?.name).toBe('toc.dat');
    expect(makeFolder(place, 'pg-dump', [listed('README')])).toBeUndefined();
    expect(makeFolder(place, 'base-backup', files)).toBeUndefined();
  });

  it('is another with every member that comes, goes or changes', () => {
    const etags = [
      etagOf(files),
      etagOf([...files, listed('9.dat')]),
      etagOf(files.slice(1)),
      etagOf([listed('3354.dat.gz', { etag: 'bb' }), ...files.slice(1)]),
      etagOf([listed('3354.dat.gz', { lastModified: new Date(0) }), ...files.slice(1)]),
      etagOf([listed('3354.dat.gz', { size: 11 }), ...files.slice(1)]),
    ];
    expect(new Set(etags).size).toBe(etags.length);
    expect(etagOf([...files.filter(({ key }) => !key.endsWith('README'))])).toBe(etags[0]);
  });

  it('is archived where a member is', () => {
    const archived = [...files, listed('9.dat', { storageClass: 'GLACIER' })];
    expect(makeFolder(place, 'pg-dump', archived)?.storageClass).toBe('GLACIER');
    const mixed = [...files, listed('9.dat', { storageClass: 'STANDARD_IA' })];
    expect(makeFolder(place, 'pg-dump', mixed)?.storageClass).toBe('STANDARD, STANDARD_IA');
  });
});
