import { createZstdDecompress } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import { PUMPED_PIECE_BYTES, pump } from './pump.ts';
import { splitZstdFrames, ZstdFrameWalk } from './zstd-frames.ts';

const damageOf = (error: unknown, plainBytes: number): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(ZSTD_|Z_)/.test(code)) return error;
  const detail = error instanceof Error ? error.message : '';
  return new DamageError(
    'corrupt',
    `the zstd stream is corrupt after ${plainBytes} decompressed bytes: ${detail}`,
    { cause: error },
  );
};

/**
 * Decompresses zstd, all frames of it. Node verifies checksums; versions of it stop silently at the end of a
 * first frame, or of a stream that was cut, and compare no content size where the last block is empty, so
 * frames and sizes are counted out here.
 *
 * A frame without a checksum (`zstd --no-check`, and what pg_dump and most libraries write) can hold a
 * changed byte unseen.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 * @throws {NotJudgedError} a window beyond 128 MiB, or a dictionary.
 */
export async function* readZstd(source: ByteSource): AsyncGenerator<Buffer> {
  const decoder = createZstdDecompress({ chunkSize: PUMPED_PIECE_BYTES });
  const walk = new ZstdFrameWalk();
  const { fed, plainBytes } = yield* pump(splitZstdFrames(source, walk), decoder, damageOf);
  if (fed > decoder.bytesWritten) {
    throw new DamageError('corrupt', 'a part of the zstd stream was not decoded');
  }
  if (!walk.holds(plainBytes)) {
    throw new DamageError(
      'corrupt',
      `the zstd stream holds ${plainBytes} bytes, and its headers say otherwise`,
    );
  }
}
