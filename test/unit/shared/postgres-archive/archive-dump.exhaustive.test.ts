import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ARCHIVES,
  judgeArchive,
  readArchive,
  walkArchive,
} from '../../../support/archive-dumps.ts';

const isTar = (name: string): boolean => name.endsWith('.tar');
const files = new Map(ARCHIVES.map((name) => [name, readArchive(name)]));
const bytesOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);

describe('a dump that pg_dump made', () => {
  it.each(ARCHIVES)('%s is whole', async (name) => {
    const contents = await walkArchive(bytesOf(name), isTar(name));
    expect(contents.serverVersion).toBe('15.18 (Debian 15.18-0+deb12u1)');
    const [major] = name.split('-');
    expect(contents.dumpVersion.split('.')[0]).toBe(major);
    const minor = { 15: '1.14', 16: '1.15', 17: '1.16' }[Number(major)];
    expect(contents.archiveVersion).toBe(minor);
    expect(contents.format).toBe(isTar(name) ? 'tar' : 'custom');
  });

  it.each([
    '15-default.dump',
    '15-z0.dump',
    '17-zstd.dump',
    '17-lz4.dump',
    '17-pipe.dump',
    '15-shop.tar',
  ])('%s says what it holds', async (name) => {
    const contents = await walkArchive(bytesOf(name), isTar(name));
    expect(contents).toMatchObject({ database: 'shop', tables: 4, rows: 47, tableBytes: 656 });
    expect(contents.largest).toContainEqual({
      name: 'public.measured_2026',
      rows: 41,
      bytes: 569,
    });
    expect(contents.largest).toContainEqual({ name: 'Häuser.leere Tabelle', rows: 0, bytes: 5 });
    expect(contents.largest).toContainEqual({ name: 'public.no_columns', rows: 2, bytes: 7 });
  });

  it.each([
    '15-objects.dump',
    '17-objects-z0.dump',
    '17-lz4-objects.dump',
    '15-objects.tar',
    '17-objects.tar',
  ])('%s has its large objects counted', async (name) => {
    const contents = await walkArchive(bytesOf(name), isTar(name));
    expect(contents).toMatchObject({ tables: 1, rows: 1, largeObjects: 3 });
  });

  it.each(['15-objects.dump', '17-objects.tar'])('%s has its large objects named', async (name) => {
    const { largest } = await walkArchive(bytesOf(name), isTar(name));
    const objects = largest.filter(({ name }) => /^large object \d+$/.test(name));
    expect(objects.map(({ bytes }) => bytes)).toEqual([2_700, 14, 0]);
  });

  it.each(['15-default.dump', '15-shop.tar'])(
    '%s names its tables, and who owns what',
    async (name) => {
      const contents = await walkArchive(bytesOf(name), isTar(name));
      expect(contents.databases).toEqual(['shop']);
      expect(contents.tableList.map((table) => table.name).sort()).toEqual([
        'Häuser.leere Tabelle',
        'public.customers',
        'public.measured_2026',
        'public.no_columns',
      ]);
      expect(contents.isTableListCut).toBe(false);
      expect(contents.objects).toBeGreaterThan(4);
      expect(contents.roles).toEqual(['postgres']);
      expect(contents.extensions).toEqual([]);
    },
  );

  it('of an empty database defines nothing, one of a schema alone does', async () => {
    const nothing = await walkArchive(bytesOf('15-nothing.dump'), false);
    expect(nothing).toMatchObject({ objects: 0, tables: 0, tableList: [] });
    const schema = await walkArchive(bytesOf('15-schema-only.tar'), true);
    expect(schema.objects).toBeGreaterThan(4);
    expect(schema.tables).toBe(0);
  });

  it('without tables, or with INSERTs, has no rows to count', async () => {
    expect(await walkArchive(bytesOf('15-nothing.dump'), false)).toMatchObject({ tables: 0 });
    const inserts = await walkArchive(bytesOf('15-inserts.dump'), false);
    expect(inserts.rows).toBeUndefined();
    expect(inserts.tables).toBe(4);
  });

  it('is the same however its bytes arrive', async () => {
    for (const name of ['17-default.dump', '17-objects.tar'])
      for (const piece of [1, 7, 511, 1_000_000])
        expect(await judgeArchive(bytesOf(name), isTar(name), piece)).toBe('pass');
  });
});

describe('a dump that was cut', () => {
  /** One of every structure, at every byte; the others at thirty bytes each. */
  const EVERY_BYTE = ['15-nothing.dump', '15-objects.dump', '15-nothing.tar'];

  it.each(ARCHIVES)('%s is found', async (name) => {
    const bytes = bytesOf(name);
    const step = EVERY_BYTE.includes(name) ? 1 : Math.ceil(bytes.length / 12);
    for (let length = bytes.length - 1; length >= 0; length -= step) {
      const verdict = await judgeArchive(bytes.subarray(0, length), isTar(name));
      expect(['truncated', 'not-a-dump'], `cut after ${length} bytes`).toContain(verdict);
    }
  });

  it.each(ARCHIVES)('%s with anything after its end is found', async (name) => {
    for (const junk of [Buffer.alloc(1, 1), Buffer.from('PGDMP'), bytesOf(name)]) {
      const verdict = await judgeArchive(Buffer.concat([bytesOf(name), junk]), isTar(name));
      expect(verdict).toBe('trailing-data');
    }
  });
});

/** `pg_dump -Fc > file` since 16: no places in the first table of contents, and a second one at the end. */
describe('a dump that was redirected into a file', () => {
  const bytes = bytesOf('17-redirected.dump');
  const count = bytes.subarray(bytes.indexOf('17.10') + 5).subarray(0, 5);
  const second = bytes.lastIndexOf(count);

  it('is whole without its second table of contents, as from a pipe', async () => {
    expect(await judgeArchive(bytes.subarray(0, second), false)).toBe('pass');
  });

  it('is not whole with another second one, or a third', async () => {
    const changed = (at: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const place = bytes.lastIndexOf('notes');
    expect(await judgeArchive(changed(place), false)).toBe('corrupt');
    expect(await judgeArchive(changed(bytes.length - 8), false)).toBe('corrupt');
    const third = Buffer.concat([bytes, bytes.subarray(second)]);
    expect(await judgeArchive(third, false)).toBe('trailing-data');
    const old = Buffer.concat([bytesOf('15-objects.dump'), bytes.subarray(second)]);
    expect(await judgeArchive(old, false)).toBe('trailing-data');
  });
});

/** Dumps whose rows a checksum covers: zlib's, of every table. */
describe('a dump with a changed byte', () => {
  const NAMES = ['15-default.dump', '15-objects.dump', '17-pipe.dump', '17-zstd.dump'];
  const UNCOVERED = ['15-z0.dump', '17-objects-z0.dump', '15-objects.tar', '17-shop.tar'];
  const flips = fc.record({
    name: fc.constantFrom(...NAMES, ...UNCOVERED),
    at: fc.nat(),
    xor: fc.integer({ min: 1, max: 255 }),
  });

  it('crashes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(flips, async ({ name, at, xor }) => {
        const bytes = Buffer.from(bytesOf(name));
        const place = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(place) ^ xor, place);
        expect(await judgeArchive(bytes, isTar(name))).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 300 },
    );
  });

  it('in the compressed rows of zlib is found, unless nothing is changed by it', async () => {
    const bytes = bytesOf('15-data-only.dump');
    const whole = await walkArchive(bytes, false);
    const start = bytes.lastIndexOf('false') + 30;
    let harmless = 0;
    for (let place = bytes.length - 1; place > start; place -= 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(place) ^ 0x10, place);
      if ((await judgeArchive(changed, false)) !== 'pass') continue;
      // Deflate fills its last byte with bits that mean nothing.
      expect(await walkArchive(changed, false), `byte ${place}`).toEqual(whole);
      harmless += 1;
    }
    expect(harmless).toBeLessThanOrEqual(whole.tables);
  });
});
