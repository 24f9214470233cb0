/** Cuts a stream into pages, without a copy of those that lie whole within a piece. */
export class PageCutter {
  readonly #size: number;
  readonly #page: Buffer;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
    this.#page = Buffer.allocUnsafe(size);
  }

  /** The begun page, good until the next bytes come. */
  get rest(): Buffer {
    return this.#page.subarray(0, this.#filled);
  }

  /** Gives each whole page to `take`, in which alone it may be used, until that answers false. */
  cut(piece: Buffer, take: (page: Buffer) => boolean): void {
    let at = 0;
    if (this.#filled > 0) {
      at = piece.copy(this.#page, this.#filled);
      this.#filled += at;
      if (this.#filled < this.#size) return;
      this.#filled = 0;
      if (!take(this.#page)) return;
    }
    for (; at + this.#size <= piece.length; at += this.#size) {
      if (!take(piece.subarray(at, at + this.#size))) return;
    }
    this.#filled = piece.copy(this.#page, 0, at);
  }
}
