import type { ByteSource } from './byte-source.ts';
import { Bzip2Bits } from './bzip2-bits.ts';
import { type Bzip2Block, readBzip2Block } from './bzip2-block.ts';
import { MAX_CODE_BITS } from './bzip2-huffman.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { PieceReader } from './piece-reader.ts';

const PIECE_BYTES = 1024 * 1024;
const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];
const LEVEL_BYTES = 100_000;
/** After so many equal bytes the next byte says how many more there are. */
const EQUAL_BEFORE_RUN = 4;

/** CRC-32 of the polynomial 04C11DB7, the highest bit first. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

/** The bytes of a block in order, with their runs, in pieces; and that its checksum is right. */
function* unroll({ order, count, first, crc: expected }: Bzip2Block): Generator<Buffer> {
  let out = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let filled = 0;
  let crc = -1;
  let next = first;
  let equal = 0;
  let last = -1;
  for (let left = count; left > 0; left -= 1) {
    const entry = order[next] ?? 0;
    next = entry >>> 8;
    let byte = entry & 0xff;
    let times = 1;
    if (equal === EQUAL_BEFORE_RUN) {
      times = byte;
      byte = last;
      equal = 0;
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
    }
    for (; times > 0; times -= 1) {
      crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
      out[filled++] = byte;
      if (filled < PIECE_BYTES) continue;
      yield out;
      out = Buffer.allocUnsafeSlow(PIECE_BYTES);
      filled = 0;
    }
  }
  if (~crc >>> 0 !== expected) throw new DamageError('corrupt', 'it fails its checksum');
  if (filled > 0) yield out.subarray(0, filled);
}

/** The decoder's errors, with the place. */
const placed = (error: unknown, block: number, position: number): unknown =>
  error instanceof DamageError && error.damage === 'corrupt'
    ? new DamageError(
        'corrupt',
        `block ${block} of the bzip2 stream, around byte ${position}, is corrupt: ${error.message}`,
      )
    : error;

const readLevel = (bits: Bzip2Bits, streams: number): number => {
  const isMagic = bits.read(24) === 0x425a68;
  const level = isMagic ? bits.read(8) - 0x30 : 0;
  if (level >= 1 && level <= 9) return level;
  throw streams > 0
    ? new DamageError('trailing-data', 'more bytes follow the end of the bzip2 stream')
    : new DamageError('corrupt', 'it does not begin like a bzip2 stream');
};

async function* readStream(bits: Bzip2Bits, order: Uint32Array): AsyncGenerator<Buffer> {
  let combined = 0;
  for (let block = 1; ; block += 1) {
    await bits.fill();
    const magic = [bits.read(24), bits.read(24)];
    if (magic.every((part, index) => part === END_MAGIC[index])) break;
    try {
      if (!magic.every((part, index) => part === BLOCK_MAGIC[index])) {
        throw new DamageError('corrupt', 'it does not begin like a block');
      }
      const read = readBzip2Block(bits, order);
      combined = ((combined << 1) | (combined >>> 31)) ^ read.crc;
      yield* unroll(read);
    } catch (error) {
      // A code that reaches over the end was read with what is not there.
      if (!(error instanceof NotJudgedError)) bits.check(bits.at + MAX_CODE_BITS);
      throw placed(error, block, bits.position);
    }
  }
  if (bits.readWord() !== combined >>> 0) {
    throw new DamageError('corrupt', 'the bzip2 stream fails its checksum');
  }
  bits.toNextByte();
}

/**
 * Decompresses bzip2, all streams that follow each other, with the checksum of every block and of every
 * stream verified. Memory: a window of 5.2 MB, a block of at most 3.6 MB, and pieces of 1 MiB.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 * @throws {NotJudgedError} blocks of bzip2 before 0.9.5.
 */
export async function* readBzip2(source: ByteSource): AsyncGenerator<Buffer> {
  const reader = new PieceReader(source);
  try {
    const bits = new Bzip2Bits(reader);
    await bits.fill();
    let order = new Uint32Array(0);
    for (let streams = 0; streams === 0 || !bits.isAtEnd; streams += 1) {
      const size = readLevel(bits, streams) * LEVEL_BYTES;
      if (order.length < size) order = new Uint32Array(size);
      yield* readStream(bits, order.subarray(0, size));
      await bits.fill();
    }
  } finally {
    await reader.close();
  }
}
