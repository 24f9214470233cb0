import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readZstd } from '../../../../shared/backup-encoding/zstd.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { damage, layerSuite, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const plain = gunzipSync(fixture('lz4/content.gz'));
const zstd = fixture('zstd/default.zst');
const read = (bytes: Buffer, piece?: number) => collect(readZstd(inPieces(bytes, piece)));
const skippable = Buffer.from('552a4d1803000000010203', 'hex');
const withHeader = (header: string): Buffer =>
  Buffer.concat([zstd.subarray(0, 4), Buffer.from(header, 'hex'), Buffer.alloc(20)]);

describe('readZstd', () => {
  layerSuite({ read: readZstd, stored: zstd, plain });

  it.each(['piped', 'no-check', 'long'])('reads %s.zst', async (name) => {
    expect((await read(fixture(`zstd/${name}.zst`))).equals(plain)).toBe(true);
  });

  it('reads a frame of nothing, and one that is stored as it is', async () => {
    expect(await read(fixture('zstd/empty.zst'))).toEqual(Buffer.alloc(0));
    expect(await read(fixture('zstd/stored.zst'))).toEqual(plain.subarray(0, 700));
  });

  it.each([1, 5, 1_000, 1_000_000])(
    'reads frames that follow each other in pieces of %d, where Node stops after the first',
    async (size) => {
      const frames = [skippable, zstd, skippable, zstd, fixture('zstd/piped.zst'), skippable];
      const expected = Buffer.concat([plain, plain, plain]);
      expect((await read(Buffer.concat(frames), size)).equals(expected)).toBe(true);
    },
  );

  it('finds a cut in a later frame, and in one that is skipped', async () => {
    for (const later of [zstd.subarray(0, -1), zstd.subarray(0, 3), skippable.subarray(0, -1)]) {
      const cut = Buffer.concat([zstd, later]);
      await expect(read(cut, 1_000_000)).rejects.toEqual(damage('truncated'));
    }
  });

  it.each([
    ['of nothing that says it holds five bytes', '28b52ffd2005010000'],
    ['that ends in an empty block, one byte short', '28b52ffd2004180000616263010000'],
    ['that ends in an empty block, one byte over', '28b52ffd2002180000616263010000'],
  ])('finds a frame %s', async (_, hex) => {
    const frame = Buffer.from(hex, 'hex');
    await expect(read(frame)).rejects.toEqual(damage('corrupt'));
    await expect(read(Buffer.concat([frame, zstd]))).rejects.toEqual(damage('corrupt'));
  });

  it('refuses what follows the end', async () => {
    for (const junk of [Buffer.alloc(512), Buffer.from('x'), Buffer.from('and more')]) {
      const bytes = Buffer.concat([zstd, junk]);
      await expect(read(bytes, 1_000_000)).rejects.toEqual(damage('trailing-data'));
    }
  });

  it('does not allocate what a header asks for', async () => {
    await expect(read(fixture('zstd/too-long.zst'))).rejects.toEqual(notJudged('over-limit'));
    await expect(read(withHeader('00ff'))).rejects.toEqual(notJudged('over-limit'));
    await expect(read(withHeader('e0ffffffffffffffff'))).rejects.toEqual(notJudged('over-limit'));
  });

  it('does not judge without the dictionary', async () => {
    await expect(read(withHeader('215510'))).rejects.toEqual(notJudged('encoding-not-supported'));
  });
});
