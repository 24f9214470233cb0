import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import { releasePiece } from './release-piece.ts';

export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);

/** Large pieces keep the thread pool busy while this thread decrypts and hashes the next ones. */
const PIECE_BYTES = 1024 * 1024;

const damageOf = (error: unknown, plainBytes: number): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `after ${plainBytes} decompressed bytes`;
  if (code === 'Z_BUF_ERROR') {
    return new DamageError('truncated', `the gzip stream ends before its end, ${where}`, {
      cause: error,
    });
  }
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT') {
    const detail = error instanceof Error ? error.message : '';
    return new DamageError('corrupt', `the gzip stream is corrupt ${where}: ${detail}`, {
      cause: error,
    });
  }
  return error;
};

/**
 * Feeds zlib while the source makes the next piece: zlib works on another thread. A piece is given back
 * as soon as zlib has taken it in.
 *
 * @returns how many bytes were fed.
 */
const feed = async (source: ByteSource, inflate: Gunzip): Promise<number> => {
  let fed = 0;
  let taken: Promise<void> | undefined;
  let settle = (): void => {};
  // Of a stream that is corrupt zlib takes nothing in any more, and answers nothing either.
  inflate.once('close', () => settle());
  for await (const piece of source) {
    await taken;
    if (inflate.destroyed) return fed;
    fed += piece.length;
    taken = new Promise((done) => {
      settle = done;
      inflate.write(piece, () => {
        releasePiece(piece);
        done();
      });
    });
  }
  await taken;
  inflate.end();
  return fed;
};

/**
 * Decompresses gzip, all members of it, with the CRC and length of each verified (RFC 1952). Pieces of
 * the source must not be used any more once they were handed over.
 * zlib stops silently at a zero byte after a member; what follows one is counted here and refused.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Buffer> {
  const inflate = createGunzip({ chunkSize: PIECE_BYTES });
  const feeding = feed(source, inflate);
  // A source that fails must end the reading with its own error.
  feeding.catch((error: Error) => inflate.destroy(error));
  let plainBytes = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      plainBytes += piece.length;
      yield piece;
    }
  } catch (error) {
    throw damageOf(error, plainBytes);
  } finally {
    inflate.destroy();
  }
  // zlib passes over what follows the end in the piece that it was given, so this is a part of it.
  if ((await feeding) > inflate.bytesWritten) {
    throw new DamageError('trailing-data', 'more bytes follow the end of the gzip stream');
  }
}
