/** Enough for `\n\.\n\n\n`. */
const TAIL_BYTES = 16;
const NEWLINE = 10;
/** How pg_dump ends the data of COPY. In a row a backslash is written twice, so no row is this line. */
const COPY_END = /(?:^|\n)\\\.\n\n\n$/;

const END_LINES = 3;

/** Counts the data of one entry while it passes. */
export class DataTally {
  bytes = 0;
  #newlines = 0;
  #tail = Buffer.alloc(0);

  push(piece: Buffer): void {
    this.bytes += piece.length;
    // By index: a gigabyte goes through here, and an iterator takes several times as long.
    let newlines = 0;
    for (let at = 0; at < piece.length; at += 1) if (piece[at] === NEWLINE) newlines += 1;
    this.#newlines += newlines;
    const last = piece.subarray(-TAIL_BYTES);
    this.#tail =
      last.length === TAIL_BYTES
        ? Buffer.from(last)
        : Buffer.concat([this.#tail, last]).subarray(-TAIL_BYTES);
  }

  /** Rows of COPY: one line each, since text of COPY holds no bare newline. Undefined without its end. */
  rows(): number | undefined {
    return COPY_END.test(this.#tail.toString('latin1')) ? this.#newlines - END_LINES : undefined;
  }
}
