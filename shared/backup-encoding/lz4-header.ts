import { DamageError, NotJudgedError } from './damage-error.ts';
import type { PieceReader } from './piece-reader.ts';
import { xxhash32 } from './xxhash32.ts';

export const LZ4_MAGIC = Buffer.from([0x04, 0x22, 0x4d, 0x18]);
const LEGACY_MAGIC = 0x184c2102;
const FRAME_MAGIC = 0x184d2204;

/** What a frame says of itself. */
export type Lz4Frame = {
  blockBytes: number;
  linked: boolean;
  blockChecksums: boolean;
  contentChecksum: boolean;
  contentBytes: bigint | undefined;
};

const VERSION = 1;
const MIN_BLOCK_SIZE_ID = 4;
const RESERVED_FLAGS = 0b10;
const RESERVED_BLOCK_BITS = 0b1000_1111;

const flag = (flags: number, bit: number): boolean => (flags & (1 << bit)) !== 0;

/** Four bytes that a frame may begin with; skippable ones carry no content. */
export const lz4FrameKind = (magic: Buffer): 'frame' | 'skippable' | 'legacy' | undefined => {
  const number = magic.readUInt32LE();
  if (number === FRAME_MAGIC) return 'frame';
  if (number === LEGACY_MAGIC) return 'legacy';
  return number >>> 4 === 0x184d2a5 ? 'skippable' : undefined;
};

/**
 * What follows the magic number of a frame, its checksum verified.
 * Source: lz4_Frame_format.md of the LZ4 project, "Frame Descriptor".
 *
 * @throws {DamageError} `truncated` or `corrupt`.
 * @throws {NotJudgedError} where the frame needs a dictionary.
 */
export const readLz4Header = async (reader: PieceReader): Promise<Lz4Frame> => {
  const start = Buffer.from(await reader.take(2));
  if (start.length < 2) throw cut();
  const flags = start.readUInt8(0);
  const blockBits = start.readUInt8(1);
  const rest = Buffer.from(
    await reader.take((flag(flags, 3) ? 8 : 0) + (flag(flags, 0) ? 4 : 0) + 1),
  );
  const descriptor = Buffer.concat([start, rest.subarray(0, -1)]);
  if (rest.length < (flag(flags, 3) ? 9 : 1) + (flag(flags, 0) ? 4 : 0)) throw cut();
  if (((xxhash32(descriptor) >>> 8) & 0xff) !== rest.at(-1)) {
    throw new DamageError('corrupt', 'the header of an lz4 frame fails its checksum');
  }
  if (flags >>> 6 !== VERSION || flags & RESERVED_FLAGS || blockBits & RESERVED_BLOCK_BITS) {
    throw new NotJudgedError(
      'encoding-not-supported',
      'it is an lz4 frame of a version that is not read here',
    );
  }
  if (flag(flags, 0)) {
    throw new NotJudgedError(
      'encoding-not-supported',
      'it was compressed by lz4 with a dictionary, which is not in the file',
    );
  }
  return {
    blockBytes: blockBytesOf(blockBits >>> 4),
    linked: !flag(flags, 5),
    blockChecksums: flag(flags, 4),
    contentChecksum: flag(flags, 2),
    contentBytes: flag(flags, 3) ? rest.readBigUInt64LE() : undefined,
  };
};

const cut = (): DamageError => new DamageError('truncated', 'the lz4 frame ends inside its header');

/** 4 is 64 KiB, and each step is four times the one before, up to 7, which is 4 MiB. */
const blockBytesOf = (id: number): number => {
  if (id < MIN_BLOCK_SIZE_ID) {
    throw new DamageError('corrupt', `an lz4 frame names a block size ${id}, which does not exist`);
  }
  return 1 << (8 + 2 * id);
};
