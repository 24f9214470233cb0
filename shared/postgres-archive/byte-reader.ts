import { crc32 } from 'node:zlib';
import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError } from '../backup-encoding/damage-error.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Reads a source forwards, in steps that need not be its pieces, and keeps one piece of it at a time. A
 * piece must not be used any more by whoever handed it over.
 * Whatever asks for more than there is gets a `truncated` that names `inside`.
 */
export class ByteReader {
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #what: string;
  #piece: Buffer = NOTHING;
  #at = 0;
  #done = false;
  /** Bytes read so far. */
  position = 0;
  /** Whether texts were declared to be UTF-8, from here on. */
  isUtf8 = false;
  /** What is being read, for the words of an error. */
  inside = 'its header';
  /** Where it is a number: the CRC-32 of all that is taken or copied. */
  sum: number | undefined;

  /** @param what is read, for the words of an error. */
  constructor(source: ByteSource, what = 'the dump') {
    this.#what = what;
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Bytes that `copyBuffered` can give without waiting. */
  get buffered(): number {
    return this.#piece.length - this.#at;
  }

  async atEnd(): Promise<boolean> {
    while (!this.#done && this.buffered === 0) {
      // At once, since what comes next takes as much again.
      releasePiece(this.#piece);
      const { done, value } = await this.#iterator.next();
      this.#done = done === true;
      this.#piece = this.#done ? NOTHING : value;
      this.#at = 0;
    }
    return this.buffered === 0;
  }

  /** Without waiting; fewer than asked for where fewer are here. */
  copyBuffered(target: Buffer, start: number, count: number): number {
    const copied = this.#piece.copy(target, start, this.#at, this.#at + count);
    this.#at += copied;
    this.position += copied;
    if (this.sum !== undefined) this.sum = crc32(target.subarray(start, start + copied), this.sum);
    return copied;
  }

  /** What is here without waiting, at most `most` bytes, in place: good until the reader waits. */
  peekBuffered(most: number): Buffer {
    return this.#piece.subarray(this.#at, this.#at + most);
  }

  /** Passes over what was peeked at. */
  passBuffered(count: number): void {
    this.#at += count;
    this.position += count;
  }

  /** The next bytes in place, where all of them are here: good until the next call. */
  takeBuffered(count: number): Buffer | undefined {
    if (this.buffered < count) return undefined;
    this.#at += count;
    this.position += count;
    return this.#piece.subarray(this.#at - count, this.#at);
  }

  /** The next bytes in one buffer. For small counts: it holds them all. */
  async take(count: number): Promise<Buffer> {
    const taken = Buffer.allocUnsafe(count);
    for (let have = 0; have < count; ) {
      if (this.buffered === 0 && (await this.atEnd())) throw this.#truncated();
      have += this.copyBuffered(taken, have, count - have);
    }
    return taken;
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.buffered === 0 && (await this.atEnd())) throw this.#truncated();
      const step = Math.min(left, this.buffered);
      this.#at += step;
      this.position += step;
      left -= step;
    }
  }

  /** Ends what feeds the source. Call always, also after an error. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #truncated(): DamageError {
    return new DamageError(
      'truncated',
      `${this.#what} ends after ${this.position} bytes, inside ${this.inside}`,
    );
  }
}
