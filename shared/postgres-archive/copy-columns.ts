const TAB = 9;
const NEWLINE = 10;
/** What stands in place of a row at the end. In a row a backslash is written twice. */
const END = Buffer.from('\\.\n');

/**
 * How many columns the COPY statement of an entry names; undefined where it is none of pg_dump's.
 * Source: getTableData and fmtCopyColumnList of pg_dump.c.
 */
export const countCopyColumns = (statement: string): number | undefined => {
  // A quoted name may hold what separates names, and a quote of its own is written twice.
  const unquoted = statement.replaceAll(/"(?:[^"]|"")*"/g, '_');
  return /^COPY [^()]+ \(([^()]+)\) FROM stdin;\n$/.exec(unquoted)?.[1]?.split(',').length;
};

/** Counts the columns of the first row of COPY while it passes, however long it is. */
export class FirstRow {
  #start = Buffer.alloc(0);
  #tabs = 0;
  #isWhole = false;

  push(piece: Buffer): void {
    if (this.#isWhole) return;
    if (this.#start.length < END.length) {
      this.#start = Buffer.concat([this.#start, piece.subarray(0, END.length)]);
    }
    const end = piece.indexOf(NEWLINE);
    const row = end === -1 ? piece : piece.subarray(0, end);
    for (let at = row.indexOf(TAB); at !== -1; at = row.indexOf(TAB, at + 1)) this.#tabs += 1;
    this.#isWhole = end !== -1;
  }

  /** Undefined where there is no row. */
  get columns(): number | undefined {
    const isEnd = this.#start.subarray(0, END.length).equals(END);
    return this.#isWhole && !isEnd ? this.#tabs + 1 : undefined;
  }
}
