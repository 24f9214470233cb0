import type { ByteSource } from './byte-source.ts';

/** As many as the longest end that is looked at: a footer of xz, and less than a header behind it. */
const KEPT_BYTES = 32;

/** Remembers how a source begins and ends, for what a library does not tell of them. */
export class SourceEnds {
  /** The first and the last bytes, as far as the source was read: 32 at most. */
  head: Buffer = Buffer.alloc(0);
  tail: Buffer = Buffer.alloc(0);

  beginWith(magic: Buffer): boolean {
    return this.head.subarray(0, magic.length).equals(magic);
  }

  /** Passes every piece on; what is remembered is a copy. */
  async *watch(source: ByteSource): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      if (this.head.length < KEPT_BYTES) {
        this.head = Buffer.concat([this.head, piece.subarray(0, KEPT_BYTES - this.head.length)]);
      }
      this.tail = Buffer.concat([this.tail, piece.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
      yield piece;
    }
  }
}
