import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { collect, inPieces } from './bytes.ts';

type Layer = {
  read: (source: ByteSource) => AsyncIterable<Buffer>;
  /** A stored file whose every byte is covered by a checksum, and what is in it. */
  stored: Buffer;
  plain: Buffer;
  runs?: number;
};

export const changed = (bytes: Buffer, at: number, change = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ change;
  return copy;
};

export const damage = (name: string) => expect.objectContaining({ damage: name });
export const notJudged = (reason: string) =>
  expect.objectContaining({ name: 'NotJudgedError', reason });

/** What every layer owes, however it is written. */
export const layerSuite = ({ read, stored, plain, runs = 40 }: Layer): void => {
  const readAll = (bytes: Buffer, piece?: number) => collect(read(inPieces(bytes, piece)));

  it('gives the same for any pieces of the source', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: stored.length }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(sizes, async (pieces) => {
        const source = async function* () {
          for (let at = 0, turn = 0; at < stored.length; turn += 1) {
            const size = pieces[turn % pieces.length] ?? 1;
            yield Buffer.from(stored.subarray(at, at + size));
            at += size;
          }
        };
        expect((await collect(read(source()))).equals(plain)).toBe(true);
      }),
      { numRuns: runs / 2 },
    );
    expect((await readAll(stored, 1)).equals(plain)).toBe(true);
  });

  it('calls every cut truncated', async () => {
    for (const cut of [1, 2, 3, 4, 7, 8, 9, 15, 100, stored.length / 2]) {
      await expect(readAll(stored.subarray(0, -Math.floor(cut)))).rejects.toEqual(
        damage('truncated'),
      );
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(stored.length - 1), async (length) => {
        await expect(readAll(stored.subarray(0, length))).rejects.toEqual(damage('truncated'));
      }),
      { numRuns: runs },
    );
  });

  it('finds every changed byte, or gives the same content', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(stored.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const result = await readAll(changed(stored, at, change)).catch((error) => error);
          if (Buffer.isBuffer(result)) expect(result.equals(plain)).toBe(true);
          else expect(result).toSatisfy((error) => 'damage' in error || 'reason' in error);
        },
      ),
      { numRuns: runs * 2 },
    );
  });

  it('ends its source when the reader leaves early, and passes on its error', async () => {
    let ended = false;
    const source = async function* () {
      try {
        for (let round = 0; round < 1_000; round += 1) yield Buffer.from(stored);
      } finally {
        ended = true;
      }
    };
    try {
      for await (const _ of read(source())) break;
    } catch {
      // What follows the end may be met before the reader leaves.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ended).toBe(true);
    const broken = async function* () {
      yield Buffer.from(stored.subarray(0, -10));
      throw new RangeError('the source broke');
    };
    await expect(collect(read(broken()))).rejects.toThrow(RangeError);
  });
};
