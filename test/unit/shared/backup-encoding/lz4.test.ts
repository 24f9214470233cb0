import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLz4 } from '../../../../shared/backup-encoding/lz4.ts';
import { releasePiece } from '../../../../shared/backup-encoding/release-piece.ts';
import { xxhash32 } from '../../../../shared/backup-encoding/xxhash32.ts';
import { collect, inPieces } from '../../../support/bytes.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/lz4/${name}`, import.meta.url));
const plain = gunzipSync(fixture('content.gz'));
const read = (bytes: Buffer, piece?: number) => collect(readLz4(inPieces(bytes, piece)));
const damage = (name: string) => expect.objectContaining({ damage: name });
const unsupported = expect.objectContaining({ reason: 'encoding-not-supported' });
const changed = (bytes: Buffer, at: number, change = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ change;
  return copy;
};

const OPTIONS = ['b4', 'b5', 'linked', 'linked-b5', 'block-checksums', 'no-frame-crc']
  .concat(['content-size', 'everything'])
  .map((name) => `${name}.lz4`);
const everything = fixture('everything.lz4');
const linked = fixture('linked.lz4');
const HEADER_BYTES = 15;

describe('readLz4', () => {
  it.each(OPTIONS)('reads %s', async (name) => {
    expect((await read(fixture(name))).equals(plain)).toBe(true);
  });

  it('reads a block that is stored as it is, and a frame of nothing', async () => {
    expect(await read(fixture('stored.lz4'))).toEqual(plain.subarray(0, 700));
    expect(await read(fixture('empty.lz4'))).toEqual(Buffer.alloc(0));
  });

  it('reads frames that follow each other, and passes over what may be skipped', async () => {
    const skippable = Buffer.from('552a4d1803000000010203', 'hex');
    const frames = [skippable, linked, skippable, fixture('stored.lz4'), skippable];
    const expected = Buffer.concat([plain, plain.subarray(0, 700)]);
    expect((await read(Buffer.concat(frames))).equals(expected)).toBe(true);
  });

  it('gives the same for any pieces of the source', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), async (size) => {
        expect((await read(everything, size)).equals(plain)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('goes on when its pieces are given back', async () => {
    const whole = Buffer.concat([linked, linked, linked]);
    let at = 0;
    for await (const piece of readLz4(inPieces(whole))) {
      const expected = plain.subarray(at % plain.length, (at % plain.length) + piece.length);
      expect(piece.equals(expected)).toBe(true);
      at += piece.length;
      structuredClone(piece.buffer, { transfer: [piece.buffer as ArrayBuffer] });
    }
    expect(at).toBe(3 * plain.length);
  });

  it('calls every cut truncated', async () => {
    for (const cut of [
      1,
      3,
      4,
      5,
      8,
      9,
      100,
      2000,
      everything.length - 16,
      everything.length - 3,
    ]) {
      await expect(read(everything.subarray(0, -cut))).rejects.toEqual(damage('truncated'));
    }
    await expect(read(Buffer.alloc(0))).rejects.toEqual(damage('truncated'));
    await expect(read(Buffer.concat([linked, linked.subarray(0, 2)]))).rejects.toEqual(
      damage('truncated'),
    );
    const skippable = Buffer.from('552a4d18030000000102', 'hex');
    await expect(read(Buffer.concat([linked, skippable]))).rejects.toEqual(damage('truncated'));
  });

  it('refuses what follows the end', async () => {
    for (const junk of [Buffer.alloc(512), Buffer.from('x'), Buffer.from('and more')]) {
      await expect(read(Buffer.concat([linked, junk]))).rejects.toEqual(damage('trailing-data'));
    }
  });

  it.each(['linked.lz4', 'block-checksums.lz4', 'everything.lz4', 'content-size.lz4'])(
    'finds changed bytes of %s',
    async (name) => {
      const bytes = fixture(name);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bytes.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, change) => {
            const result = await read(changed(bytes, at, change)).catch((error: unknown) => error);
            expect(result).toSatisfy(
              (value) => value instanceof Error && ('damage' in value || 'reason' in value),
            );
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('names the block that is corrupt', async () => {
    await expect(read(changed(everything, HEADER_BYTES + 500))).rejects.toThrow(/block 1 /);
  });

  it('finds a wrong content size', async () => {
    const bytes = changed(everything, 6);
    bytes[HEADER_BYTES - 1] = (xxhash32(bytes.subarray(4, HEADER_BYTES - 1)) >>> 8) & 0xff;
    await expect(read(bytes)).rejects.toThrow(/says that it has/);
  });

  it('says where it cannot judge', async () => {
    await expect(read(fixture('legacy.lz4'))).rejects.toEqual(unsupported);
    const descriptor = Buffer.from('6140010000' + '00', 'hex');
    const hc = Buffer.from([(xxhash32(descriptor) >>> 8) & 0xff]);
    const frame = Buffer.concat([linked.subarray(0, 4), descriptor, hc]);
    await expect(read(frame)).rejects.toEqual(unsupported);
  });

  it('does not expand a block beyond what its frame allows', async () => {
    const bomb = Buffer.concat([
      Buffer.from([0x1f, 0x78, 0x01, 0x00]),
      Buffer.alloc(9000, 255),
      Buffer.from([0]),
    ]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bomb.length);
    const frame = Buffer.concat([fixture('b4.lz4').subarray(0, 7), size, bomb]);
    await expect(read(frame)).rejects.toThrow(/more than its frame allows/);
    size.writeUInt32LE(0x7fffffff);
    await expect(read(Buffer.concat([fixture('b4.lz4').subarray(0, 7), size]))).rejects.toEqual(
      damage('corrupt'),
    );
  });

  it('ends its source when the reader leaves early', async () => {
    let ended = false;
    const source = async function* () {
      try {
        for (let round = 0; round < 1_000; round += 1) yield Buffer.from(linked);
      } finally {
        ended = true;
      }
    };
    for await (const piece of readLz4(source())) {
      releasePiece(piece);
      break;
    }
    expect(ended).toBe(true);
  });
});
