import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Encoded, openLayers } from '../../../../shared/backup-encoding/open-layers.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { damage, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));

const open = (bytes: Buffer, given: Partial<Encoded> = {}) =>
  openLayers({
    source: inPieces(bytes),
    inside: 'anything',
    readSecret: async () => 'a passphrase',
    ...given,
  });
const read = async (bytes: Buffer, given: Partial<Encoded> = {}) =>
  collect((await open(bytes, given)).source);

const plain = Buffer.from('-- PostgreSQL\n'.repeat(100));
const APPLY = { gzip: gzipSync, zstd: zstdCompressSync };
const layers = fc.array(fc.constantFrom('gzip' as const, 'zstd' as const), { maxLength: 8 });

describe('openLayers', () => {
  it('takes any layers off in the order that the plan names', async () => {
    await fc.assert(
      fc.asyncProperty(layers, async (names) => {
        const stored = names.reduce((bytes, name) => APPLY[name](bytes), plain);
        const opened = await open(stored, { encoding: names.map((name) => ({ name })) });
        expect(opened.layers).toEqual(names.toReversed());
        expect(await collect(opened.source)).toEqual(plain);
      }),
      { numRuns: 20 },
    );
  });

  it('finds compressions by themselves where the plan names none, up to a depth', async () => {
    const lz4 = fixture('lz4/linked.lz4');
    expect((await open(zstdCompressSync(gzipSync(lz4)))).layers).toEqual(['zstd', 'gzip', 'lz4']);
    const deep = Array.from({ length: 6 }).reduce((bytes: Buffer) => gzipSync(bytes), plain);
    expect((await open(deep)).layers).toHaveLength(4);
  });

  it('looks behind frames that may be skipped, as pzstd begins', async () => {
    const skippable = Buffer.from('502a4d180400000001020304', 'hex');
    const stored = Buffer.concat([skippable, zstdCompressSync(plain)]);
    expect((await open(stored)).layers).toEqual(['zstd']);
    expect(await read(stored, { encoding: [{ name: 'zstd' }] })).toEqual(plain);
  });

  it('names what is encrypted where the plan names no key', async () => {
    const encrypted = [
      'Salted__12345678',
      'age-encryption.org/v1\n',
      '-----BEGIN PGP MESSAGE-----',
    ];
    for (const head of encrypted) {
      await expect(open(Buffer.from(head))).rejects.toEqual(notJudged('key-not-named'));
    }
  });

  it('says that a layer has nothing inside, and that a file is not what the plan says', async () => {
    const encoding: Encoded['encoding'] = [{ name: 'zstd' }, { name: 'gzip' }];
    await expect(open(gzipSync(Buffer.alloc(0)), { encoding })).rejects.toEqual(damage('empty'));
    await expect(open(gzipSync(plain), { encoding })).rejects.toThrow('the plan says zstd');
    await expect(open(zstdCompressSync(plain), { encoding })).rejects.toEqual(
      damage('encoding-mismatch'),
    );
  });

  it('does not judge a layer that it was given nothing to open with', async () => {
    const key = { from: 'literal', value: 'x' } as const;
    const stored = Buffer.from('age-encryption.org/v1\n');
    await expect(open(stored, { encoding: [{ name: 'age', key }] })).rejects.toEqual(
      notJudged('encoding-not-supported'),
    );
  });

  it('leaves a bomb unread, wherever it is hidden', async () => {
    const zeros = zstdCompressSync(Buffer.alloc(1_000_000));
    const limits = { ratio: 1_000, freeBytes: 10_000 };
    await expect(read(zeros, { limits })).rejects.toEqual(notJudged('over-limit'));
    // What comes out of the outer layer is nothing but frames of nothing.
    const frames = Buffer.concat(Array.from({ length: 1_500 }, () => zstdCompressSync('')));
    const nested = zstdCompressSync(frames);
    await expect(read(nested, { limits: { ratio: 100, freeBytes: 10_000 } })).rejects.toEqual(
      notJudged('over-limit'),
    );
    expect(await read(zeros)).toEqual(Buffer.alloc(1_000_000));
  });
});
