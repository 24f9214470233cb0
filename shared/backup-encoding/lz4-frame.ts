import { DamageError } from './damage-error.ts';
import { decodeLz4Block, LZ4_WINDOW_BYTES } from './lz4-block.ts';
import type { Lz4Frame } from './lz4-header.ts';
import type { PieceReader } from './piece-reader.ts';
import { Xxhash32, xxhash32 } from './xxhash32.ts';

/** Pieces grow to this; a frame of a few bytes needs no more than it can expand to. */
const PIECE_BYTES = 1024 * 1024;
const GROWTH = 4;
/** What one byte of a block can expand to at most. */
const MAX_RATIO = 255;
const NOTHING = Buffer.alloc(0);
const STORED_AS_IT_IS = 0x8000_0000;

/** The decoder's errors, with the place. */
const decode = (decodeOne: () => number, block: number, position: number): number => {
  try {
    return decodeOne();
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    throw new DamageError(
      error.damage,
      `block ${block} of the lz4 frame, which ends at byte ${position}, is corrupt: ${error.message}`,
    );
  }
};

/** The content of one frame, from behind its header to its end, with every checksum and length verified. */
export class Lz4FrameReader {
  readonly #reader: PieceReader;
  readonly #frame: Lz4Frame;
  readonly #hash = new Xxhash32();
  #out = NOTHING;
  /** Of the last buffer: its reader may have given it back since. */
  #size = 0;
  #at = 0;
  #before = NOTHING;
  #block = 0;
  #plainBytes = 0;

  constructor(reader: PieceReader, frame: Lz4Frame) {
    this.#reader = reader;
    this.#frame = frame;
  }

  async *pieces(): AsyncGenerator<Buffer> {
    const { blockBytes } = this.#frame;
    for (;;) {
      const head = (await this.#take(4)).readUInt32LE();
      if (head === 0) break;
      this.#block += 1;
      const isStored = head >= STORED_AS_IT_IS;
      const length = isStored ? head - STORED_AS_IT_IS : head;
      if (length > blockBytes) {
        throw this.#corrupt(`says that it has ${length} bytes, more than its frame allows`);
      }
      const room = isStored ? length : Math.min(blockBytes, length * MAX_RATIO);
      if (this.#out.length - this.#at < room) {
        if (this.#at > 0) yield this.#turn();
        this.#size = Math.max(room, Math.min(this.#size * GROWTH, PIECE_BYTES));
        this.#out = Buffer.allocUnsafeSlow(this.#size);
      }
      await this.#readBlock(length, isStored);
    }
    if (this.#at > 0) yield this.#turn();
    await this.#verifyEnd();
  }

  async #readBlock(length: number, isStored: boolean): Promise<void> {
    const block = await this.#take(length);
    const { position } = this.#reader;
    // A block must be used before more is read, and its checksum stands behind it.
    const hash = this.#frame.blockChecksums ? xxhash32(block) : undefined;
    this.#at = isStored
      ? this.#at + block.copy(this.#out, this.#at)
      : decode(() => decodeLz4Block(block, this.#target()), this.#block, position);
    if (hash !== undefined && hash !== (await this.#take(4)).readUInt32LE()) {
      throw this.#corrupt('fails its checksum');
    }
  }

  #target() {
    const reach = this.#frame.linked ? 0 : this.#at;
    const end = Math.min(this.#at + this.#frame.blockBytes, this.#out.length);
    return { out: this.#out, at: this.#at, end, reach, before: this.#before };
  }

  /** Hands out what is there, and keeps a copy of what the next block may refer to. */
  #turn(): Buffer {
    const piece = this.#out.subarray(0, this.#at);
    if (this.#frame.contentChecksum) this.#hash.update(piece);
    this.#plainBytes += piece.length;
    if (this.#frame.linked) {
      const joined = piece.length < LZ4_WINDOW_BYTES ? [this.#before, piece] : [piece];
      const all = joined.length === 1 ? piece : Buffer.concat(joined);
      this.#before = Buffer.from(all.subarray(-LZ4_WINDOW_BYTES));
    }
    this.#at = 0;
    return piece;
  }

  async #verifyEnd(): Promise<void> {
    const { contentBytes, contentChecksum } = this.#frame;
    const stored = contentChecksum ? (await this.#take(4)).readUInt32LE() : undefined;
    if (contentBytes !== undefined && contentBytes !== BigInt(this.#plainBytes)) {
      throw new DamageError(
        'corrupt',
        `the lz4 frame says that it has ${contentBytes} bytes, and has ${this.#plainBytes}`,
      );
    }
    if (stored !== undefined && stored !== this.#hash.digest()) {
      throw new DamageError(
        'corrupt',
        `the ${this.#plainBytes} bytes of the lz4 frame fail its checksum`,
      );
    }
  }

  async #take(count: number): Promise<Buffer> {
    const bytes = await this.#reader.take(count);
    if (bytes.length === count) return bytes;
    throw new DamageError(
      'truncated',
      `the lz4 frame ends before its end, after ${this.#reader.position} bytes`,
    );
  }

  #corrupt(detail: string): DamageError {
    return new DamageError(
      'corrupt',
      `block ${this.#block} of the lz4 frame, before byte ${this.#reader.position}, ${detail}`,
    );
  }
}
