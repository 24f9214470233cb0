import { NEWLINE } from './count-separators.ts';

/** Fits the processor's cache: what is copied here is looked at several times. */
export const SLICE_BYTES = 256 * 1024;
const LENGTH_BYTES = 5;
/** A shorter chunk moves up to the one before it, so that the last 16 bytes of data stand together. */
const PADDED_FROM = 16;
const SPACE = 0x20;
/** Up to here a loop is faster than a call. */
const SHORT_BYTES = 64;

/**
 * The data of the chunks of a block, a slice at a time. Without compression a chunk is as small as a row,
 * and nothing may be done for each that costs more than some nanoseconds: rows stay where they are, and
 * the length in front of each becomes spaces. Where a chunk does not begin at the beginning of a line,
 * which pg_dump may do too, it is moved up to the one before instead.
 *
 * Source of the format: pg_backup_custom.c.
 */
export class ChunkSlice {
  readonly #bytes = Buffer.allocUnsafeSlow(SLICE_BYTES);
  #length = 0;
  #endsLine = true;
  /** Of the data, the bytes that are padding. */
  padding = 0;
  /** Of the chunk that was begun. */
  left = 0;
  /** The length of zero behind the last chunk was met. */
  isEnded = false;

  /** Good until the next `fill`. */
  get data(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** For the first chunk of a block. */
  begin(): void {
    this.left = 0;
    this.isEnded = false;
    this.#endsLine = true;
  }

  /**
   * Takes the next bytes in, at most `SLICE_BYTES`, and says how many. It stops at the end of the block,
   * and in front of a length that is not whole or no positive number: this is for somebody else to read,
   * who then sets `left`.
   */
  fill(source: Buffer): number {
    const bytes = this.#bytes;
    const filled = source.copy(bytes);
    let from = Math.min(this.left, filled);
    let to = from;
    this.padding = 0;
    this.left -= from;
    while (this.left === 0 && filled - from >= LENGTH_BYTES) {
      const length = bytes.readUInt8(from) === 0 ? bytes.readInt32LE(from + 1) : -1;
      if (length < 0) break;
      from += LENGTH_BYTES;
      this.isEnded = length === 0;
      if (this.isEnded) break;
      const here = Math.min(length, filled - from);
      const beginsLine = to === 0 ? this.#endsLine : bytes[to - 1] === NEWLINE;
      if (to === from - LENGTH_BYTES && length >= PADDED_FROM && beginsLine) {
        for (let at = to; at < from; at += 1) bytes[at] = SPACE;
        this.padding += LENGTH_BYTES;
        to = from + here;
      } else {
        if (here <= SHORT_BYTES) {
          for (let at = 0; at < here; at += 1) bytes[to + at] = bytes[from + at] ?? 0;
        } else bytes.copyWithin(to, from, from + here);
        to += here;
      }
      from += here;
      this.left = length - here;
    }
    this.#length = to;
    if (to > 0) this.#endsLine = bytes[to - 1] === NEWLINE;
    return from;
  }
}
