import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DamageError, NotJudgedError } from '../../../../shared/backup-encoding/damage-error.ts';
import { ARCHIVE_LIMITS } from '../../../../shared/postgres-archive/archive-limits.ts';
import { walkDirectoryDump } from '../../../../shared/postgres-archive/directory-dump.ts';
import {
  DIRECTORY_DUMPS,
  type Folder,
  readFolder,
  setOf,
} from '../../../support/backup-folders.ts';

/** `pass`, or what is wrong and the words for it. Anything else that is thrown is a crash. */
const judge = async (files: Folder): Promise<[string, string]> => {
  try {
    await walkDirectoryDump(setOf(files));
    return ['pass', ''];
  } catch (error) {
    if (error instanceof DamageError) return [error.damage, error.message];
    if (error instanceof NotJudgedError) return [error.reason, error.message];
    throw error;
  }
};

const changed = (name: string, change: (files: Folder) => void): Folder => {
  const files = readFolder(name);
  change(files);
  return files;
};

const edit = (file: string, change: (bytes: Buffer) => Buffer) => (files: Folder) => {
  const bytes = files.get(file);
  if (bytes === undefined) throw new Error(`the fixture has no ${file}`);
  files.set(file, change(bytes));
};
const remove = (file: string) => (files: Folder) => {
  if (!files.delete(file)) throw new Error(`the fixture has no ${file}`);
};
const swap = (one: string, other: string) => (files: Folder) => {
  const [a, b] = [files.get(one), files.get(other)];
  if (a === undefined || b === undefined) throw new Error('the fixture has not both');
  files.set(one, b).set(other, a);
};
const cut = (bytes: Buffer): Buffer => bytes.subarray(0, -10);
const EMPTY = Buffer.alloc(0);

describe('a dump in the directory format', () => {
  it.each(DIRECTORY_DUMPS)('is whole: %s', async (name) => {
    expect(await judge(readFolder(name))).toEqual(['pass', '']);
  });

  it.each(['15-shop', '16-shop', '17-shop', '17-shop-z0'])(
    'shows what it holds: %s',
    async (name) => {
      const contents = await walkDirectoryDump(setOf(readFolder(name)));
      expect(contents).toMatchObject({
        database: 'shop',
        compression: name.endsWith('z0') ? 'none' : 'gzip',
        tables: 3,
        rows: 204,
        largeObjects: 0,
        tableList: [
          { name: 'public.customers', rows: 4 },
          { name: 'public.leere Tabelle', rows: 0, bytes: 5 },
          { name: 'public.orders', rows: 200 },
        ],
      });
      expect(contents.serverVersion).toMatch(/^15\./);
    },
  );

  it.each(['15-objects', '16-objects', '17-objects'])('counts large objects: %s', async (name) => {
    const contents = await walkDirectoryDump(setOf(readFolder(name)));
    expect(contents).toMatchObject({ tables: 1, rows: 1, largeObjects: 3 });
    expect(contents.largest).toContainEqual({ name: 'large object 3000000001', bytes: 2700 });
  });

  it('does not count rows of INSERTs', async () => {
    const contents = await walkDirectoryDump(setOf(readFolder('15-inserts')));
    expect(contents.tables).toBe(3);
    expect(contents.rows).toBeUndefined();
  });

  it('is whole where every file was compressed again, or none is any more', async () => {
    const plain = new Map(
      [...readFolder('15-shop')].map(([name, bytes]) =>
        name.endsWith('.gz') ? [name.slice(0, -3), gunzipSync(bytes)] : [name, bytes],
      ),
    );
    expect(await judge(plain)).toEqual(['pass', '']);
    const zipped = [...plain].map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)] as const);
    expect(await judge(new Map(zipped))).toEqual(['pass', '']);
  });

  it.each<[string, string, (files: Folder) => void, string, RegExp]>([
    [
      'a file is missing',
      '15-shop',
      remove('3354.dat.gz'),
      'truncated',
      /1 of 3 files .* 3354\.dat \(public\.orders\)/,
    ],
    [
      'a file is cut',
      '15-shop',
      edit('3354.dat.gz', cut),
      'truncated',
      /^3354\.dat\.gz \(public\.orders\): /,
    ],
    [
      'a file is cut to nothing',
      '15-shop',
      edit('3354.dat.gz', () => EMPTY),
      'truncated',
      /^3354\.dat\.gz \(public\.orders\) has 0 bytes/,
    ],
    [
      'an empty table is cut to nothing',
      '17-shop',
      edit('3353.dat.gz', () => EMPTY),
      'truncated',
      /leere Tabelle/,
    ],
    [
      'INSERTs are cut to nothing',
      '17-inserts',
      edit('3353.dat.gz', () => gzipSync(EMPTY)),
      'truncated',
      /is empty/,
    ],
    [
      'plain rows are cut to nothing',
      '17-shop-z0',
      edit('3354.dat', () => EMPTY),
      'truncated',
      /is empty/,
    ],
    [
      'plain rows are cut',
      '17-shop-z0',
      edit('3354.dat', cut),
      'corrupt',
      /rows of 3354\.dat \(public\.orders\) are not ended/,
    ],
    [
      'something follows a file',
      '15-shop',
      edit('3352.dat.gz', (bytes) => Buffer.concat([bytes, Buffer.alloc(4)])),
      'trailing-data',
      /^3352\.dat\.gz/,
    ],
    [
      'a bit of a file is flipped',
      '15-shop',
      edit('3354.dat.gz', (bytes) => {
        bytes.writeUInt8(bytes.readUInt8(2000) ^ 1, 2000);
        return bytes;
      }),
      'corrupt',
      /orders/,
    ],
    [
      'the first byte is flipped',
      '15-shop',
      edit('3354.dat.gz', (bytes) => {
        bytes.writeUInt8(0x1e, 0);
        return bytes;
      }),
      'corrupt',
      /does not begin like gzip/,
    ],
    [
      'two files are swapped',
      '15-shop',
      swap('3352.dat.gz', '3354.dat.gz'),
      'corrupt',
      /^335[24]\.dat\.gz .* row 1 has [23] columns instead of [23]/,
    ],
    [
      'a file is of another dump',
      '17-shop',
      (files) => files.set('3354.dat.gz', readFolder('15-inserts').get('3354.dat.gz') ?? EMPTY),
      'corrupt',
      /3354/,
    ],
    [
      'an extra file',
      '15-shop',
      (files) => files.set('9999.dat.gz', gzipSync('1\n')),
      'trailing-data',
      /1 of its files is named nowhere in it.*9999\.dat\.gz/,
    ],
    [
      'a file in two forms',
      '15-shop',
      (files) => files.set('3354.dat', EMPTY),
      'corrupt',
      /3354\.dat\.gz and 3354\.dat are both there/,
    ],
    ['no table of contents', '15-shop', remove('toc.dat'), 'truncated', /no toc\.dat/],
    [
      'a cut table of contents',
      '15-shop',
      edit('toc.dat', cut),
      'truncated',
      /^toc\.dat \(the table of contents\): /,
    ],
    [
      'an empty table of contents',
      '15-shop',
      edit('toc.dat', () => EMPTY),
      'truncated',
      /toc\.dat/,
    ],
    [
      'a longer table of contents',
      '15-shop',
      edit('toc.dat', (bytes) => Buffer.concat([bytes, EMPTY, Buffer.from('x')])),
      'trailing-data',
      /^toc\.dat/,
    ],
    [
      'the table of contents of another dump',
      '15-shop',
      (files) => files.set('toc.dat', readFolder('15-objects').get('toc.dat') ?? EMPTY),
      'truncated',
      /missing/,
    ],
    [
      'a large object is missing',
      '15-objects',
      remove('blob_1001.dat.gz'),
      'truncated',
      /blob_1001\.dat \(large object 1001\)/,
    ],
    [
      'a large object is cut',
      '17-objects',
      edit('blob_3000000001.dat.gz', cut),
      'truncated',
      /large object 3000000001/,
    ],
    [
      'an empty large object has not even a header',
      '15-objects',
      edit('blob_1002.dat.gz', () => EMPTY),
      'truncated',
      /large object 1002/,
    ],
    ['a list is missing', '17-objects', remove('blobs_3344.toc'), 'truncated', /blobs_3344\.toc/],
    ['a list is empty', '15-objects', edit('blobs.toc', () => EMPTY), 'truncated', /blobs\.toc/],
    [
      'a list is cut in a line',
      '15-objects',
      edit('blobs.toc', cut),
      'truncated',
      /its last line is cut/,
    ],
    [
      'a list is cut between lines',
      '15-objects',
      edit('blobs.toc', (bytes) => bytes.subarray(0, 38)),
      'trailing-data',
      /blob_3000000001/,
    ],
    [
      'a list names one twice',
      '15-objects',
      edit('blobs.toc', (bytes) => Buffer.concat([bytes, bytes])),
      'corrupt',
      /listed twice/,
    ],
    [
      'a list points elsewhere',
      '15-objects',
      edit('blobs.toc', () => Buffer.from('1001 ../../etc/passwd\n')),
      'corrupt',
      /names no large object/,
    ],
    [
      'a list is one long line',
      '15-objects',
      edit('blobs.toc', () => Buffer.alloc(100_000, 'a')),
      'corrupt',
      /names no large object/,
    ],
  ])('is broken where %s', async (_, name, change, damage, words) => {
    const [found, detail] = await judge(changed(name, change));
    expect([found, detail]).toEqual([damage, expect.stringMatching(words)]);
  });

  it('reads each file once, whichever way they are listed', async () => {
    const files = readFolder('17-objects');
    const set = setOf(new Map([...files].reverse()));
    await walkDirectoryDump(set);
    expect(set.opened.sort()).toEqual([...files.keys()].sort());
  });

  it('begins nothing more after damage', async () => {
    const files = changed('15-shop', edit('toc.dat', cut));
    const set = setOf(files);
    await expect(walkDirectoryDump(set)).rejects.toThrow('toc.dat');
    expect(set.opened).toEqual(['toc.dat']);
  });

  it('does not unpack a bomb to its end', async () => {
    const limits = { ...ARCHIVE_LIMITS, expandedBytes: 100_000, ratio: 100 };
    const files = changed(
      '15-shop',
      edit('3354.dat.gz', () => gzipSync(Buffer.alloc(5_000_000, 'a'))),
    );
    await expect(walkDirectoryDump(setOf(files), limits)).rejects.toMatchObject({
      reason: 'over-limit',
    });
  });
});
