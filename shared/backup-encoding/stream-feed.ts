import type { ByteSource } from './byte-source.ts';

/** What is compressed inside comes out of the library at once for each piece: a thousandfold of it. */
const PIECE_BYTES = 64 * 1024;

/** The source for the library, which hides where an error came from: it is kept here. */
export class StreamFeed {
  error: unknown;
  readonly #iterator: AsyncIterator<Buffer>;

  constructor(source: ByteSource) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#next();
      if (done) return;
      for (let at = 0; at < value.length; at += PIECE_BYTES) {
        yield value.subarray(at, at + PIECE_BYTES);
      }
    }
  }

  async *texts(): AsyncGenerator<string> {
    for await (const piece of this.pieces()) yield Buffer.from(piece).toString('latin1');
  }

  /** Ends what feeds the source: the library does not always. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      this.error = error;
      throw error;
    }
  }
}
