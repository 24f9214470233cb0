import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLz4 } from '../../../../shared/backup-encoding/lz4.ts';
import { xxhash32 } from '../../../../shared/backup-encoding/xxhash32.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { changed, damage, layerSuite, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/lz4/${name}`, import.meta.url));
const plain = gunzipSync(fixture('content.gz'));
const read = (bytes: Buffer, piece?: number) => collect(readLz4(inPieces(bytes, piece)));
const skippable = Buffer.from('552a4d1803000000010203', 'hex');

const OPTIONS = ['b4', 'b5', 'linked', 'linked-b5', 'block-checksums', 'no-frame-crc']
  .concat(['content-size', 'everything'])
  .map((name) => `${name}.lz4`);
const everything = fixture('everything.lz4');
const linked = fixture('linked.lz4');
const HEADER_BYTES = 15;

describe('readLz4', () => {
  describe('with block checksums', () => {
    layerSuite({ read: readLz4, stored: fixture('block-checksums.lz4'), plain });
  });
  describe('with linked blocks and a checksum of the content', () => {
    layerSuite({ read: readLz4, stored: linked, plain });
  });

  it.each(OPTIONS)('reads %s', async (name) => {
    expect((await read(fixture(name))).equals(plain)).toBe(true);
  });

  it('reads a block that is stored as it is, and a frame of nothing', async () => {
    expect(await read(fixture('stored.lz4'))).toEqual(plain.subarray(0, 700));
    expect(await read(fixture('empty.lz4'))).toEqual(Buffer.alloc(0));
  });

  it('reads frames that follow each other, and passes over what may be skipped', async () => {
    const frames = [skippable, linked, skippable, fixture('stored.lz4'), skippable];
    const expected = Buffer.concat([plain, plain.subarray(0, 700)]);
    expect((await read(Buffer.concat(frames))).equals(expected)).toBe(true);
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

  it('finds a cut in a later frame, and in one that is skipped', async () => {
    for (const later of [linked.subarray(0, 2), skippable.subarray(0, -1)]) {
      await expect(read(Buffer.concat([linked, later]))).rejects.toEqual(damage('truncated'));
    }
  });

  it('refuses what follows the end', async () => {
    for (const junk of [Buffer.alloc(512), Buffer.from('x'), Buffer.from('and more')]) {
      await expect(read(Buffer.concat([linked, junk]))).rejects.toEqual(damage('trailing-data'));
    }
  });

  it('names the block that is corrupt', async () => {
    await expect(read(changed(everything, HEADER_BYTES + 500))).rejects.toThrow(/block 1 /);
  });

  it('finds a wrong content size', async () => {
    const bytes = changed(everything, 6);
    bytes[HEADER_BYTES - 1] = (xxhash32(bytes.subarray(4, HEADER_BYTES - 1)) >>> 8) & 0xff;
    await expect(read(bytes)).rejects.toThrow(/says that it has/);
  });

  it('says where it cannot judge', async () => {
    await expect(read(fixture('legacy.lz4'))).rejects.toEqual(notJudged('encoding-not-supported'));
    const descriptor = Buffer.from('6140010000' + '00', 'hex');
    const hc = Buffer.from([(xxhash32(descriptor) >>> 8) & 0xff]);
    const frame = Buffer.concat([linked.subarray(0, 4), descriptor, hc]);
    await expect(read(frame)).rejects.toEqual(notJudged('encoding-not-supported'));
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
});
