import { createGunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import { PUMPED_PIECE_BYTES, pump } from './pump.ts';

export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);

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
 * Decompresses gzip, all members of it, with the CRC and length of each verified (RFC 1952). Pieces of
 * the source must not be used any more once they were handed over.
 * zlib stops silently at a zero byte after a member; what follows one is counted here and refused.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Buffer> {
  const inflate = createGunzip({ chunkSize: PUMPED_PIECE_BYTES });
  const fed = yield* pump(source, inflate, damageOf);
  // zlib passes over what follows the end in the piece that it was given, so this is a part of it.
  if (fed > inflate.bytesWritten) {
    throw new DamageError('trailing-data', 'more bytes follow the end of the gzip stream');
  }
}
