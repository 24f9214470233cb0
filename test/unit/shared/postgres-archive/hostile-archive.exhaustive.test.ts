import { deflateSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS } from '../../../../shared/postgres-archive/archive-limits.ts';
import { walkCustomDump } from '../../../../shared/postgres-archive/custom-dump.ts';
import { judgeArchive, readArchive, walkArchive } from '../../../support/archive-dumps.ts';
import { inPieces } from '../../../support/bytes.ts';
import { int, rows, writeArchive, writeDump } from '../../../support/write-archive.ts';

const split = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
const judge = (bytes: Buffer): Promise<string> => judgeArchive(bytes, false, 50_000);
const damage = (name: string) => expect.objectContaining({ damage: name });

describe('every version of the format', () => {
  it.each([12, 13, 14, 15, 16])('1.%i is read, with each compression', async (minor) => {
    const plain = rows(1_000);
    const gzip = split(deflateSync(plain), 4_096);
    const written = [
      writeArchive({ minor, compression: 0, chunks: split(plain, 10) }),
      writeArchive({ minor, compression: minor < 15 ? -1 : 1, chunks: gzip }),
    ];
    if (minor >= 15) {
      const chunks = split(zstdCompressSync(plain), 4_096);
      written.push(writeArchive({ minor, compression: 3, chunks }));
    }
    for (const bytes of written) {
      expect(await walkArchive(bytes, false)).toMatchObject({
        archiveVersion: `1.${minor}`,
        tables: 1,
        rows: 1_000,
      });
    }
  });

  it('may be of a server that says more of its version', async () => {
    expect(await judge(writeDump({ server: '15.18-hardened' }))).toBe('pass');
    expect(await judge(writeDump({ server: 'hardened' }))).toBe('corrupt');
  });

  it.each([11, 17])('1.%i is left unjudged', async (minor) => {
    expect(await judge(writeArchive({ minor, compression: 0, chunks: [rows(1)] }))).toBe(
      'format-not-supported',
    );
  });
});

describe('an archive that pg_restore refuses', () => {
  const whole = writeArchive({ minor: 16, compression: 0, chunks: [rows(1)] });
  const withKind = (kind: string): Buffer => {
    const at = whole.indexOf('STDSTRINGS', whole.indexOf('STDSTRINGS') + 10);
    return Buffer.concat([whole.subarray(0, at), Buffer.from(kind), whole.subarray(at + 10)]);
  };

  it('because it counts a revision is left unjudged', async () => {
    const revised = Buffer.from(whole);
    revised.writeUInt8(1, 7);
    expect(await judge(whole)).toBe('pass');
    expect(await judge(revised)).toBe('format-not-supported');
  });

  it('because a definition is not in its encoding is found, though pg_restore leaves that to the server', async () => {
    for (const text of ['CREATE TABLE', 'postgres']) {
      const changed = Buffer.from(whole);
      const at = changed.indexOf(text, changed.indexOf("'on'"));
      changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
      expect(await judge(changed), text).toBe('corrupt');
    }
  });

  it('because an entry is of no known kind is none that passes', async () => {
    expect(await judge(withKind('STDSTRXNGS'))).toBe('format-not-supported');
    expect(await judge(withKind('STDSTR_NGS'))).toBe('corrupt');
  });
});

describe('a table that is larger than a batch', () => {
  /** Hardly compressible, so that its compressed form is large too. */
  const plain = Buffer.from(
    `${Array.from({ length: 30_000 }, (_, n) => `${(n * 2_654_435_761) % 4_294_967_296}\n`).join('')}\\.\n\n\n`,
  );
  const FORMS: [name: string, compression: number, bytes: Buffer][] = [
    ['none', 0, plain],
    ['gzip', 1, deflateSync(plain)],
    ['zstd', 3, zstdCompressSync(plain)],
  ];
  const write = (compression: number, bytes: Buffer) =>
    writeArchive({ minor: 16, compression, chunks: split(bytes, 4_096) });

  it.each(FORMS)('is counted (%s)', async (_, compression, bytes) => {
    expect(bytes.length).toBeGreaterThan(100_000);
    expect(await walkArchive(write(compression, bytes), false, 999)).toMatchObject({
      rows: 30_000,
      tableBytes: plain.length,
    });
  });

  it.each(FORMS)('is found where its end is missing (%s)', async (_, compression, bytes) => {
    for (const lost of [1, 5, 70_000])
      expect(await judge(write(compression, bytes.subarray(0, -lost)))).toBe('corrupt');
  });

  it.each(FORMS.slice(1))('is found where a byte changed (%s)', async (_, compression, bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(80_000) ^ 1, 80_000);
    expect(await judge(write(compression, changed))).toBe('corrupt');
  });

  it.each(FORMS.slice(1))(
    'is found where something follows (%s)',
    async (_, compression, bytes) => {
      expect(await judge(write(compression, Buffer.concat([bytes, Buffer.alloc(70_000, 1)])))).toBe(
        'corrupt',
      );
    },
  );
});

describe('a hostile archive', () => {
  const healthy = writeArchive({ minor: 14, compression: 0, chunks: [rows(3)] });
  const countAt = healthy.indexOf(int(4), 60);

  it.each([2 ** 31, 2 ** 31 - 1, -1, -(2 ** 31)])('with %i entries ends', async (entries) => {
    const changed = Buffer.from(healthy);
    int(entries).copy(changed, countAt);
    expect(['corrupt', 'truncated']).toContain(await judge(changed));
  });

  it('with a length of 2^31 anywhere ends', async () => {
    for (let place = 11; place < healthy.length - 5; place += 3)
      for (const value of [2 ** 31, 2 ** 31 - 1, -2, -(2 ** 31)]) {
        const changed = Buffer.from(healthy);
        int(value).copy(changed, place);
        expect(await judge(changed)).toMatch(/^[a-z-]+$/);
      }
  });

  it('with more entries than the limit is left unjudged', async () => {
    const limits = { ...ARCHIVE_LIMITS, tocEntries: 3 };
    await expect(walkCustomDump(inPieces(healthy), limits)).rejects.toMatchObject({
      reason: 'over-limit',
    });
  });

  it('with names that no database has is refused before they are kept', async () => {
    expect(await judge(writeDump({ tables: { [`t${'x'.repeat(60)}`]: 1 } }))).toBe('pass');
    expect(await judge(writeDump({ tables: { [`t${'x'.repeat(2_000)}`]: 1 } }))).toBe('corrupt');
    expect(await judge(writeDump({ extensions: ['x'.repeat(2_000)] }))).toBe('corrupt');
  });

  it('that expands beyond measure is left unjudged, without holding it', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, '0\n'));
    const limits = { ...ARCHIVE_LIMITS, ratio: 2_000, expandedBytes: 8 * 1024 * 1024 };
    const bytes = writeArchive({ minor: 16, compression: 3, chunks: [bomb] });
    await expect(walkCustomDump(inPieces(bytes), limits)).rejects.toMatchObject({
      reason: 'over-limit',
    });
  });

  it('whose table of contents points elsewhere is found', async () => {
    const bytes = Buffer.from(readArchive('15-objects-z0.dump'));
    const block = bytes.lastIndexOf(Buffer.concat([Buffer.from([1]), int(3340)]));
    const offset = Buffer.alloc(8);
    offset.writeBigUInt64LE(BigInt(block));
    const place = bytes.indexOf(offset);
    expect(place).toBeGreaterThan(0);
    for (const wrong of [0n, BigInt(block + 1), 2n ** 63n - 1n]) {
      bytes.writeBigUInt64LE(wrong, place);
      await expect(walkArchive(bytes, false)).rejects.toEqual(damage('corrupt'));
    }
  });

  it('with a member of another name or order is found', async () => {
    const tar = readArchive('15-shop.tar');
    const members: Buffer[] = [];
    for (let at = 0; tar.readUInt8(at) !== 0; ) {
      const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
      const end = at + 512 + Math.ceil(size / 512) * 512;
      members.push(tar.subarray(at, end));
      at = end;
    }
    const end = Buffer.alloc(1024);
    const [toc = end, first = end, second = end, ...others] = members;
    const join = (...parts: Buffer[]) => judgeArchive(Buffer.concat([...parts, end]), true);
    expect(await join(toc, first, second, ...others)).toBe('pass');
    expect(await join(toc, second, first, ...others)).toBe('corrupt');
    expect(await join(toc, first, first, second, ...others)).toBe('corrupt');
    expect(await join(toc, first, ...others.slice(0, 0))).toBe('truncated');
    expect(await join(first, second, ...others)).toBe('not-a-dump');
    expect(await join(toc, first, second, ...others.slice(0, -1))).toBe('truncated');
    expect(await join()).toBe('not-a-dump');
  });

  it('of any bytes crashes nothing', async () => {
    const heads = [healthy.subarray(0, countAt + 5), readArchive('15-shop.tar').subarray(0, 600)];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), fc.nat(1), async (bytes, which) => {
        const file = Buffer.concat([heads[which] ?? Buffer.alloc(0), bytes]);
        expect(await judgeArchive(file, which === 1)).not.toBe('pass');
      }),
      { numRuns: 500 },
    );
  });
});
