import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { peek } from '../../../../shared/backup-encoding/byte-source.ts';
import { openLayers } from '../../../../shared/backup-encoding/open-layers.ts';
import { readXz } from '../../../../shared/backup-encoding/xz.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { damage, layerSuite, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const plain = gunzipSync(fixture('lz4/content.gz'));
const xz = fixture('xz/crc64.xz');
const read = (bytes: Buffer) => collect(readXz(inPieces(bytes)));

describe('readXz', () => {
  describe('of one block', () => {
    layerSuite({ read: readXz, stored: xz, plain, runs: 20 });
  });
  describe('of several blocks', () => {
    layerSuite({ read: readXz, stored: fixture('xz/blocks.xz'), plain, runs: 20 });
  });

  it.each(['crc32', 'none'])('reads %s.xz', async (name) => {
    expect((await read(fixture(`xz/${name}.xz`))).equals(plain)).toBe(true);
  });

  it('reads streams that follow each other, and padding', async () => {
    const all = await read(Buffer.concat([xz, Buffer.alloc(8), fixture('xz/empty.xz'), xz]));
    expect(all.equals(Buffer.concat([plain, plain]))).toBe(true);
    expect((await read(Buffer.concat([xz, Buffer.alloc(512)]))).equals(plain)).toBe(true);
  });

  it('refuses what follows the end', async () => {
    const junk = Buffer.from('and more of something else');
    await expect(read(Buffer.concat([xz, junk]))).rejects.toEqual(damage('trailing-data'));
    for (const few of ['\n', 'abc', 'eleven byte', '\0']) {
      await expect(read(Buffer.concat([xz, Buffer.from(few)]))).rejects.toEqual(
        damage('trailing-data'),
      );
    }
    for (const kept of [1, 6, 11]) {
      await expect(read(Buffer.concat([xz, xz.subarray(0, kept)]))).rejects.toEqual(
        damage('truncated'),
      );
    }
    await expect(read(Buffer.concat([xz, xz.subarray(0, -1)]))).rejects.toEqual(
      damage('truncated'),
    );
  });

  it('says what it does not judge', async () => {
    const unsupported = notJudged('encoding-not-supported');
    await expect(read(fixture('xz/sha256.xz'))).rejects.toEqual(unsupported);
    await expect(read(fixture('xz/bcj.xz'))).rejects.toEqual(unsupported);
    await expect(read(fixture('xz/large-dictionary.xz'))).rejects.toEqual(notJudged('over-limit'));
  });

  it('is opened once in a chain, and several at the same time one after the other', async () => {
    const open = (bytes: Buffer, encoding?: { name: 'xz' | 'gzip' }[]) =>
      openLayers({
        source: inPieces(bytes),
        encoding,
        inside: 'anything',
        readSecret: async () => '',
      });
    const stored = gzipSync(xz);
    const opened = await Promise.all([open(stored), open(stored), open(stored)]);
    const all = await Promise.all(opened.map(({ source }) => collect(source)));
    expect(all.every((bytes) => bytes.equals(plain))).toBe(true);
    const twice = [{ name: 'xz' }, { name: 'gzip' }, { name: 'xz' }] as const;
    await expect(open(xz, [...twice])).rejects.toEqual(notJudged('encoding-not-supported'));
  });

  it('lets the next one open where nobody reads on', async () => {
    const times = Math.ceil((3 * 1024 ** 2) / plain.length);
    const large = Buffer.concat(Array.from({ length: times }, () => xz));
    const open = (encoding?: { name: 'xz' | 'zstd' }[]) =>
      openLayers({
        source: inPieces(large),
        encoding,
        inside: 'anything',
        readSecret: async () => '',
      });
    const never = await open();
    never.close();
    const begun = await open();
    await peek(begun.source, 1);
    begun.close();
    // What stands inside is known only once the outer layer was begun.
    const other = open([{ name: 'zstd' }, { name: 'xz' }]);
    await expect(other).rejects.toEqual(damage('encoding-mismatch'));
    const { source } = await open([{ name: 'xz' }]);
    expect((await collect(source)).length).toBe(times * plain.length);
  });

  it('finds its library without a bundler', async () => {
    const url = new URL('../../../../shared/backup-encoding/xz.ts', import.meta.url);
    const script = `import { readXz } from ${JSON.stringify(url.href)};
      for await (const piece of readXz(process.stdin)) process.stdout.write(piece);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      input: xz,
      maxBuffer: plain.length * 2,
    });
    expect(stdout.equals(plain)).toBe(true);
  });
});
