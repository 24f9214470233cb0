import { createGunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import { PUMPED_PIECE_BYTES, pump } from './pump.ts';
import { SourceEnds } from './source-ends.ts';

export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);

const trailing = (cause?: unknown): DamageError =>
  new DamageError('trailing-data', 'more bytes follow the end of the gzip stream', { cause });

/** A single byte behind the only member: the four before it are the length of all that came out (RFC 1952). */
const isOneByteTooMany = ({ tail }: SourceEnds, plainBytes: number): boolean =>
  tail.length > 4 &&
  tail.at(-1) !== GZIP_MAGIC[0] &&
  tail.readUInt32LE(tail.length - 5) === plainBytes % 2 ** 32;

const damageOf = (error: unknown, plainBytes: number, ends: SourceEnds): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `after ${plainBytes} decompressed bytes`;
  // A header is looked for at the beginning, which is one here, and behind every member.
  const isBehindMember =
    error instanceof Error &&
    error.message === 'incorrect header check' &&
    ends.beginWith(GZIP_MAGIC);
  if (isBehindMember) return trailing(error);
  if (code === 'Z_BUF_ERROR' && isOneByteTooMany(ends, plainBytes)) return trailing(error);
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
  const ends = new SourceEnds();
  const { fed } = yield* pump(ends.watch(source), inflate, (error, plainBytes) =>
    damageOf(error, plainBytes, ends),
  );
  // zlib passes over what follows the end in the piece that it was given, so this is a part of it.
  if (fed > inflate.bytesWritten) throw trailing();
}
