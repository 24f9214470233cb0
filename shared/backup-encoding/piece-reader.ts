import type { ByteSource } from './byte-source.ts';
import { releasePiece } from './release-piece.ts';

const NOTHING = Buffer.alloc(0);
const LINE_FEED = 0x0a;

/** Reads a source forwards in steps that need not be its pieces, and gives each piece back behind it. */
export class PieceReader {
  readonly #iterator: AsyncIterator<Buffer>;
  #piece: Buffer = NOTHING;
  #at = 0;
  /** Bytes read so far. */
  position = 0;

  constructor(source: ByteSource) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Up to `count` bytes, at least one except at the end. Good until the next call. */
  async some(count: number): Promise<Buffer> {
    if (!(await this.#fill())) return NOTHING;
    const taken = this.#piece.subarray(this.#at, this.#at + count);
    this.#at += taken.length;
    this.position += taken.length;
    return taken;
  }

  /** The next `count` bytes in one buffer, fewer only at the end. Good until the next call. */
  async take(count: number): Promise<Buffer> {
    const first = await this.some(count);
    if (first.length === count || first.length === 0) return first;
    const whole = Buffer.allocUnsafe(count);
    let filled = first.copy(whole);
    while (filled < count) {
      const more = await this.some(count - filled);
      if (more.length === 0) break;
      filled += more.copy(whole, filled);
    }
    return whole.subarray(0, filled);
  }

  /** A line with its end; without one where the source ends, or where it is longer than `limit`. */
  async line(limit: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = limit; left > 0 && (await this.#fill()); ) {
      const end = this.#piece.subarray(this.#at, this.#at + left).indexOf(LINE_FEED);
      const part = await this.some(end < 0 ? left : end + 1);
      parts.push(Buffer.from(part));
      left = end < 0 ? left - part.length : 0;
    }
    return Buffer.concat(parts);
  }

  /** @returns how many bytes were there to be passed over. */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0) {
      const { length } = await this.some(left);
      if (length === 0) break;
      left -= length;
    }
    return count - left;
  }

  async #fill(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      releasePiece(this.#piece);
      this.#piece = NOTHING;
      this.#at = 0;
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      this.#piece = value;
    }
    return true;
  }

  /** Ends what feeds the source. Call always, also after an error. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
