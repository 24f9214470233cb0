import { DamageError } from './damage-error.ts';
import type { PieceReader } from './piece-reader.ts';

/** A block cannot be longer: 900,000 symbols of 20 bits, its tables, and what begins behind it. */
const BLOCK_BYTES = 2_600_000;
/** Filled anew only when less than a block is left, so that small streams cost no copies. */
const WINDOW_BYTES = 2 * BLOCK_BYTES;
/** Behind the last byte, so that reading needs no check of its own at each step. */
const PADDING_BYTES = 256;

/**
 * Bits of a source, the highest of a byte first. Between blocks it is filled up by a whole block, so that
 * what reads one never waits.
 */
export class Bzip2Bits {
  readonly #reader: PieceReader;
  readonly #bytes = Buffer.allocUnsafeSlow(WINDOW_BYTES + PADDING_BYTES);
  #filled = 0;
  #isWhole = false;
  readonly view = new DataView(this.#bytes.buffer);
  /** The next bit, in this window. Whoever reads by `view` sets it, and calls `check`. */
  at = 0;

  constructor(reader: PieceReader) {
    this.#reader = reader;
  }

  /** Bytes of the source before the next bit. */
  get position(): number {
    return this.#reader.position - this.#filled + (this.at >>> 3);
  }

  /** Has at least a block here, or all that is left. */
  async fill(): Promise<void> {
    if (this.#isWhole || this.#filled * 8 - this.at >= BLOCK_BYTES * 8) return;
    const begin = this.at >>> 3;
    this.#bytes.copyWithin(0, begin, this.#filled);
    this.#filled -= begin;
    this.at &= 7;
    while (this.#filled < WINDOW_BYTES) {
      const more = await this.#reader.some(WINDOW_BYTES - this.#filled);
      this.#isWhole = more.length === 0;
      if (this.#isWhole) break;
      this.#filled += more.copy(this.#bytes, this.#filled);
    }
    this.#bytes.fill(0, this.#filled, this.#filled + PADDING_BYTES);
  }

  get isAtEnd(): boolean {
    return this.at >= this.#filled * 8;
  }

  /** @throws {DamageError} `truncated` where more was read than is there. */
  check(at = this.at): void {
    if (at <= this.#filled * 8) return;
    throw new DamageError(
      'truncated',
      `the bzip2 stream ends before its end, after ${this.#reader.position} bytes`,
    );
  }

  /** @param count up to 24. */
  read(count: number): number {
    const word = this.view.getUint32(this.at >>> 3) << (this.at & 7);
    this.at += count;
    this.check();
    return word >>> (32 - count);
  }

  readWord(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }

  toNextByte(): void {
    this.at = (this.at + 7) & ~7;
  }
}
