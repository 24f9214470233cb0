import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsLikeWal, parsePageHeader } from '../../../../shared/postgres-wal/page-header.ts';
import { parseSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { wholeSegments } from '../../../support/wal-segments.ts';
import { readRealArchive } from './real-archive.ts';

/** As random as what a wrong key makes, and the same each time. */
const garbage = (index: number): Buffer => createHash('sha384').update(`${index}`).digest();

describe('page headers', () => {
  it.each([15, 18] as const)('agree with every file name of a real server %d', (version) => {
    const { files, segmentSize } = readRealArchive(version);
    const headers = files.flatMap(({ name, header }) =>
      header === undefined ? [] : [{ name, header: Buffer.from(header, 'hex') }],
    );
    expect(headers.length).toBeGreaterThan(5);
    const identifiers = new Set<bigint>();
    for (const { name, header } of headers) {
      const read = parsePageHeader(header);
      const segment = parseSegmentName(name.replace('.partial', ''), segmentSize);
      if (!read.ok || segment === undefined) throw new Error(`${name} was not read`);
      expect(read).toMatchObject({ postgres: version, segmentSize, blockSize: 8192 });
      expect(read.address).toBe(segment.number * BigInt(segmentSize));
      expect(read.timeline).toBeLessThanOrEqual(segment.timeline);
      identifiers.add(read.systemIdentifier);
    }
    expect(identifiers.size).toBe(1);
  });

  it('finds an ancestor in the first segment after switches within it', () => {
    const header = readRealArchive(15).files.find(({ name }) =>
      name.startsWith('000000040'),
    )?.header;
    expect(parsePageHeader(Buffer.from(header ?? '', 'hex'))).toMatchObject({ timeline: 2 });
  });

  const real = (): Buffer => Buffer.from(readRealArchive(15).files[0]?.header ?? '', 'hex');

  it('tells apart what is no first page', () => {
    expect(parsePageHeader(real().subarray(0, 39))).toEqual({ ok: false, reason: 'too-short' });
    expect(parsePageHeader(new Uint8Array(40))).toEqual({ ok: false, reason: 'empty-page' });
    expect(parsePageHeader(Buffer.from('\u001f\u008b'.padEnd(40, 'x'), 'latin1'))).toEqual({
      ok: false,
      reason: 'not-wal',
    });
    const short = real();
    short.writeUInt16LE(0x0001, 2);
    expect(parsePageHeader(short)).toEqual({ ok: false, reason: 'not-a-first-page' });
  });

  it('reads a release that it does not know', () => {
    const next = real();
    next.writeUInt16LE(0xd11a, 0);
    expect(parsePageHeader(next)).toMatchObject({ ok: true, postgres: undefined, magic: 0xd11a });
  });

  it('survives 10,000 generated headers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 48 }), (bytes) => {
        expect(parsePageHeader(bytes)).toHaveProperty('ok');
      }),
      { numRuns: 10_000 },
    );
  }, 30_000);

  it('are told from what a wrong key makes, also where one end is damaged', () => {
    for (const [, bytes] of [...wholeSegments(11), ...wholeSegments(18)]) {
      const head = bytes.subarray(0, 48);
      expect(beginsLikeWal(head)).toBe(true);
      expect(beginsLikeWal(Buffer.from(head).fill(0xa5, 0, 16))).toBe(true);
      expect(beginsLikeWal(Buffer.from(head).fill(0xa5, 32, 48))).toBe(true);
      expect(beginsLikeWal(Buffer.from(head).fill(0xa5, 0, 4).fill(0xa5, 32, 48))).toBe(false);
    }
    expect(beginsLikeWal(Buffer.alloc(0))).toBe(false);
    expect(beginsLikeWal(Buffer.alloc(16))).toBe(true);
    const wrong = Array.from({ length: 5_000 }, (_, index) => garbage(index));
    expect(wrong.filter(beginsLikeWal)).toEqual([]);
  });
});
