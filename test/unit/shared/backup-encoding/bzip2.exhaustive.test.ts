import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBzip2 } from '../../../../shared/backup-encoding/bzip2.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { changed, damage, layerSuite } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const content = gunzipSync(fixture('lz4/content.gz'));
const plain = Buffer.concat([content, content, content]);
const two = fixture('bzip2/two-blocks.bz2');
const empty = fixture('bzip2/empty.bz2');
const read = (bytes: Buffer) => collect(readBzip2(inPieces(bytes)));

describe('readBzip2', () => {
  layerSuite({ read: readBzip2, stored: two, plain, runs: 20 });

  it('reads a single block, and nothing', async () => {
    expect((await read(fixture('bzip2/one-block.bz2'))).equals(content)).toBe(true);
    expect(await read(empty)).toEqual(Buffer.alloc(0));
  });

  it('reads streams that follow each other', async () => {
    const many = Buffer.concat(Array.from({ length: 5_000 }, () => empty));
    const all = await read(Buffer.concat([many, two, fixture('bzip2/one-block.bz2'), empty]));
    expect(all.equals(Buffer.concat([plain, content]))).toBe(true);
  });

  it('finds a cut in a later stream', async () => {
    for (const cut of [1, 2, 5, 9, 500]) {
      const later = Buffer.concat([two, two.subarray(0, -cut)]);
      await expect(read(later)).rejects.toEqual(damage('truncated'));
    }
    await expect(read(Buffer.concat([two, two.subarray(0, 2)]))).rejects.toEqual(
      damage('truncated'),
    );
  });

  it('refuses what follows the end, which bzip2 passes over', async () => {
    for (const junk of [Buffer.alloc(512), Buffer.from('and more')]) {
      await expect(read(Buffer.concat([two, junk]))).rejects.toEqual(damage('trailing-data'));
    }
  });

  it('verifies the checksum of each block and of the stream, and names the block', async () => {
    await expect(read(changed(two, 10))).rejects.toThrow(/block 1 .* fails its checksum/);
    await expect(read(changed(two, two.length - 400))).rejects.toThrow(/block 2 /);
    const end = changed(changed(two, two.length - 3), two.length - 4);
    await expect(read(end)).rejects.toThrow('the bzip2 stream fails its checksum');
  });
});
