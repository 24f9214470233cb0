import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';

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
 * Decompresses gzip, all members of it, with the CRC and length of each verified (RFC 1952).
 * zlib stops silently at a zero byte after a member; what follows one is counted here and refused.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Buffer> {
  let fed = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      fed += piece.length;
      yield piece;
    }
  };
  const input = Readable.from(counted(), { objectMode: true, highWaterMark: 2 });
  const inflate = createGunzip({ chunkSize: PIECE_BYTES });
  // `pipe` does not pass errors on; a source that fails must end the reading with its own error.
  input.on('error', (error) => inflate.destroy(error));
  input.pipe(inflate);
  let plainBytes = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      plainBytes += piece.length;
      yield piece;
    }
  } catch (error) {
    throw damageOf(error, plainBytes);
  } finally {
    input.destroy();
    inflate.destroy();
  }
  if (inflate.bytesWritten < fed) {
    const extra = fed - inflate.bytesWritten;
    throw new DamageError('trailing-data', `${extra} bytes follow the end of the gzip stream`);
  }
}

/**
 * Gives back at once the memory of a piece that `gunzip` yielded, when its last reader has finished
 * with it. Without it every gigabyte passes through V8's external memory, and a full collection runs
 * for every few pieces: a quarter of the processor time of a verification, measured.
 *
 * Only a piece that ends its buffer is given back: zlib fills what is left of the others.
 */
export const releasePiece = ({ buffer, byteOffset, length }: Buffer): void => {
  const isWhole = buffer.byteLength === PIECE_BYTES && byteOffset + length === PIECE_BYTES;
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0);
};
