import type { Transform } from 'node:stream';
import type { ByteSource } from './byte-source.ts';
import { releasePiece } from './release-piece.ts';

/** Large pieces keep the thread pool busy while this thread decrypts and hashes the next ones. */
export const PUMPED_PIECE_BYTES = 1024 * 1024;

/**
 * Feeds zlib while the source makes the next piece: zlib works on another thread. A piece is given back
 * as soon as zlib has taken it in.
 *
 * @returns how many bytes were fed.
 */
const feed = async (source: ByteSource, decoder: Transform): Promise<number> => {
  let fed = 0;
  let taken: Promise<void> | undefined;
  let settle = (): void => {};
  // Of a stream that is corrupt zlib takes nothing in any more, and answers nothing either.
  decoder.once('close', () => settle());
  try {
    for await (const piece of source) {
      await taken;
      if (decoder.destroyed) return fed;
      fed += piece.length;
      taken = new Promise((done) => {
        settle = done;
        decoder.write(piece, () => {
          releasePiece(piece);
          done();
        });
      });
    }
  } finally {
    // What zlib says of the bytes before comes first, also where the source fails.
    await taken;
  }
  decoder.end();
  return fed;
};

/**
 * What a decoder of node:zlib makes of a source. Pieces of the source must not be used any more once they
 * were handed over.
 *
 * @returns how many bytes were fed, of which zlib may have taken in fewer without a word, and how many came out.
 * @throws what zlib says, through `damageOf` with the bytes that came out before; errors of the source as
 * they are.
 */
export async function* pump(
  source: ByteSource,
  decoder: Transform,
  damageOf: (error: unknown, plainBytes: number) => unknown,
): AsyncGenerator<Buffer, { fed: number; plainBytes: number }> {
  const feeding = feed(source, decoder);
  // A source that fails ends the reading with its own error, behind all that was made of it before.
  feeding.catch(() => {
    if (!decoder.destroyed) decoder.push(null);
  });
  let plainBytes = 0;
  try {
    for await (const piece of decoder as AsyncIterable<Buffer>) {
      plainBytes += piece.length;
      yield piece;
    }
  } catch (error) {
    throw damageOf(error, plainBytes);
  } finally {
    decoder.destroy();
  }
  return { fed: await feeding, plainBytes };
}
