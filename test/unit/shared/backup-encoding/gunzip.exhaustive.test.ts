import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunzip } from '../../../../shared/backup-encoding/gunzip.ts';
import { releasePiece } from '../../../../shared/backup-encoding/release-piece.ts';
import { collect, inPieces } from '../../../support/bytes.ts';

const plain = Buffer.from(
  Array.from({ length: 20_000 }, (_, row) => `${row}\t${row * 7919}\n`).join(''),
);
const gz = gzipSync(plain);
const read = (bytes: Buffer, piece?: number) => collect(gunzip(inPieces(bytes, piece)));
const damage = (name: string) => expect.objectContaining({ damage: name });

describe('gunzip', () => {
  it('reads one member', async () => {
    expect(await read(gz)).toEqual(plain);
  });

  it('reads several members as one stream', async () => {
    const half = plain.length / 2;
    const members = Buffer.concat([
      gzipSync(plain.subarray(0, half)),
      gzipSync(plain.subarray(half)),
    ]);
    expect(await read(members)).toEqual(plain);
  });

  it('reads the twenty bytes that nothing compresses to', async () => {
    expect(await read(gzipSync(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('calls a stream without its end truncated', async () => {
    for (const cut of [1, 4, 8, 9, 1000, gz.length - 5]) {
      await expect(read(gz.subarray(0, -cut))).rejects.toEqual(damage('truncated'));
    }
  });

  it('calls a wrong checksum corrupt', async () => {
    const bytes = Buffer.from(gz);
    bytes.writeUInt32LE(1, bytes.length - 8);
    await expect(read(bytes)).rejects.toEqual(damage('corrupt'));
  });

  it('refuses zero bytes after the end, which zlib passes over in silence', async () => {
    await expect(read(Buffer.concat([gz, Buffer.alloc(512)]))).rejects.toEqual(
      damage('trailing-data'),
    );
  });

  it('refuses junk after the end', async () => {
    for (const junk of ['\n', 'ab', 'and something else', 'x'.repeat(9_999)]) {
      for (const piece of [1_000_000, 997]) {
        const bytes = Buffer.concat([gz, Buffer.from(junk)]);
        await expect(read(bytes, piece)).rejects.toEqual(damage('trailing-data'));
      }
    }
  });

  it('calls bytes that never began like gzip corrupt', async () => {
    await expect(read(Buffer.from('no gzip at all'))).rejects.toEqual(damage('corrupt'));
  });

  it('calls a second member that was cut in its header truncated', async () => {
    for (const kept of [1, 2, 9]) {
      const bytes = Buffer.concat([gz, gz.subarray(0, kept)]);
      await expect(read(bytes)).rejects.toEqual(damage('truncated'));
    }
  });

  it('goes on when its pieces are given back', async () => {
    const large = Buffer.from('0123456789abcdef'.repeat(300_000));
    let at = 0;
    for await (const piece of gunzip(inPieces(gzipSync(large), 997))) {
      expect(piece.equals(large.subarray(at, at + piece.length))).toBe(true);
      at += piece.length;
      releasePiece(piece);
    }
    expect(at).toBe(large.length);
  });

  it('passes on the error of its source', async () => {
    const source = async function* () {
      yield gz.subarray(0, 100);
      throw new RangeError('the source broke');
    };
    await expect(collect(gunzip(source()))).rejects.toThrow(RangeError);
  });

  it('ends its source when the reader leaves early', async () => {
    let ended = false;
    const source = async function* () {
      try {
        for (let round = 0; round < 1_000; round += 1) yield* inPieces(gz);
      } finally {
        ended = true;
      }
    };
    for await (const _ of gunzip(source())) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toBe(true);
  });

  it('ends its source when the stream is corrupt', async () => {
    let ended = false;
    const source = async function* () {
      try {
        yield Buffer.concat([gz, Buffer.from('junk')]);
        for (let round = 0; round < 1_000; round += 1) yield Buffer.alloc(100_000, 7);
      } finally {
        ended = true;
      }
    };
    await expect(collect(gunzip(source()))).rejects.toEqual(damage('trailing-data'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toBe(true);
  });

  it('finds every single changed byte of the compressed data or gives the same content', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(gz.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(gz);
          bytes[at] = (bytes[at] ?? 0) ^ change;
          const result = await read(bytes, 64_000).catch((error: unknown) => error);
          if (Buffer.isBuffer(result)) expect(result.equals(plain)).toBe(true);
          else expect(result).toHaveProperty('damage');
        },
      ),
      { numRuns: 150 },
    );
  });
});
