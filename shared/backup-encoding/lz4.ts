import type { ByteSource } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { Lz4FrameReader } from './lz4-frame.ts';
import { LZ4_MAGIC, lz4FrameKind, readLz4Header } from './lz4-header.ts';
import { PieceReader } from './piece-reader.ts';

/**
 * Decompresses LZ4 frames, all that follow each other, with every checksum and length that they carry
 * verified. Memory is at most two pieces of 1 MiB, or of one block where blocks are larger (4 MiB).
 * Pieces of the source must not be used any more once they were handed over; what comes out may be kept.
 *
 * A frame that was made with `--no-frame-crc` and without `-BX` carries no checksum: a changed byte of
 * it can pass unseen.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 * @throws {NotJudgedError} frames that need a dictionary, and the legacy format (`lz4 -l`), which has no end.
 */
export async function* readLz4(source: ByteSource): AsyncGenerator<Buffer> {
  const reader = new PieceReader(source);
  try {
    for (let frames = 0; ; frames += 1) {
      const magic = await reader.take(4);
      if (magic.length === 0 && frames > 0) return;
      const kind = magic.length === 4 ? lz4FrameKind(magic) : undefined;
      if (kind === 'frame') {
        yield* new Lz4FrameReader(reader, await readLz4Header(reader)).pieces();
      } else if (kind === 'skippable') await skipFrame(reader);
      else throw notAFrame(kind, magic, frames);
    }
  } finally {
    await reader.close();
  }
}

const skipFrame = async (reader: PieceReader): Promise<void> => {
  const head = await reader.take(4);
  const length = head.length === 4 ? head.readUInt32LE() : 1;
  if ((await reader.skip(length)) < length) {
    throw new DamageError('truncated', 'the lz4 file ends inside a skippable frame');
  }
};

const notAFrame = (kind: 'legacy' | undefined, magic: Buffer, frames: number): Error => {
  if (kind === 'legacy') {
    return new NotJudgedError(
      'encoding-not-supported',
      'it is in the legacy format of lz4 (lz4 -l), which has neither an end nor a checksum',
    );
  }
  if (LZ4_MAGIC.subarray(0, magic.length).equals(magic)) {
    return new DamageError('truncated', 'the lz4 file ends inside the first bytes of a frame');
  }
  return frames > 0
    ? new DamageError('trailing-data', 'more bytes follow the end of the lz4 frame')
    : new DamageError('corrupt', 'it does not begin like an lz4 frame');
};
