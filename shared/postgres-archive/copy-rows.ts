import { countSeparators, NEWLINE, TAB } from './count-separators.ts';

const CARRIAGE_RETURN = 13;
const BACKSLASH = 92;
/** All that means something in a row is below this, and hardly anything else is. */
const CONTROL_LIMIT = 16;

/** Enough of a row to tell whether it is the line that ends them all, with either line end. */
const END_BYTES = 3;
const END = /^\\\.\r?$/;

/** What is looked at as a whole first: of less it is not worth it. */
const MANY_BYTES = 4_096;
/** With a backslash in front of it each of these means something else, and needs a closer look. */
const ESCAPED_TAB = Buffer.from('\\\t');
const ESCAPED_NEWLINE = Buffer.from('\\\n');
const END_MARK = Buffer.from('\\.');

/** Whether any of four bytes is below 16, by arithmetic: byte by byte takes twice as long. */
const holdsControl = (word: number): boolean =>
  (((word - 0x10101010) | 0) & ~word & 0x80808080) !== 0;

/** The whole words of a piece, and where in it they begin. */
const wordsOf = (piece: Buffer): { words: Int32Array; first: number } => {
  const first = -piece.byteOffset & 3;
  const count = Math.max(0, piece.length - first) >> 2;
  if (count === 0) return { words: new Int32Array(0), first };
  return { words: new Int32Array(piece.buffer, piece.byteOffset + first, count), first };
};

type RowEnd = { rowStart: number; at: number; tabs: number; returns: number };

export type CopyRowsOptions = {
  /** That COPY names; absent: not judged. None at all is 0. */
  columns?: number;
  /** Of an encoding with bytes below 128 inside its characters (SJIS, BIG5, GBK …) a backslash tells nothing. */
  hasPlainBackslash?: boolean;
};

/**
 * Judges the rows of COPY in text format while they pass: every row ends, in the same way, and has as many
 * columns as COPY names. A row of any length is passed over and never kept.
 * Source: CopyAttributeOutText of copyto.c writes tabs, line ends and backslashes of a value as escapes, so
 * that outside of an escape each means what it is; handleCopyIn of psql for the line `\.`.
 *
 * A value is not judged: whether a changed digit is right nobody can see. Nor is, within one piece, a row
 * with a tab too few where another has one too many: tabs and newlines of a piece are added up first, which
 * takes less than half the time of looking at each row (2 GB/s).
 */
export class CopyRows {
  rows = 0;
  /** Of rows, with their line ends. */
  bytes = 0;
  /** The line `\.` was met. */
  isEnded = false;
  /** What is wrong with the row that `push` stopped at, e.g. `row 3 has 4 columns instead of 5`. */
  fault: string | undefined;
  readonly #tabsExpected: number | undefined;
  readonly #hasPlainBackslash: boolean;
  /** Carriage returns per row: 0 or 1, as in the first row. */
  #returnsExpected: number | undefined;
  /** Of the row that the last piece ended in: */
  #tabs = 0;
  #returns = 0;
  #head = '';
  #backslashes = 0;
  #endsInReturn = false;

  constructor({ columns, hasPlainBackslash = true }: CopyRowsOptions) {
    this.#tabsExpected = columns === undefined ? undefined : Math.max(0, columns - 1);
    this.#hasPlainBackslash = hasPlainBackslash;
  }

  /**
   * Reads on from `start`.
   *
   * @returns the index behind the line that ends the rows, or behind what is wrong, or the piece's length
   *   where all of it is rows.
   */
  push(piece: Buffer, start = 0): number {
    if (this.#passUsual(piece, start)) return piece.length;
    const { words, first } = wordsOf(piece);
    const tabsExpected = this.#tabsExpected ?? -1;
    const { length } = piece;
    let tabs = this.#tabs;
    let returns = this.#returns;
    let rowStart = start;
    for (let at = start; at < length; ) {
      const offset = at - first;
      if ((offset & 3) === 0 && offset >= 0) {
        let word = offset >> 2;
        while (word < words.length && !holdsControl(words[word] ?? 0)) word += 1;
        at = first + word * 4;
      }
      const stop = Math.min(length, at + 4 - ((at - first) & 3));
      for (; at < stop; at += 1) {
        const byte = piece[at] ?? 0;
        if (byte >= CONTROL_LIMIT) continue;
        const isAfterPlainByte = at > start && piece[at - 1] !== BACKSLASH;
        if (byte === TAB) {
          tabs += 1;
          if (isAfterPlainByte) continue;
          this.#judgeEscape(piece, start, at);
        } else if (byte === NEWLINE) {
          // Nearly every row needs no more than this.
          const isUsual = isAfterPlainByte && tabs === tabsExpected && rowStart !== start;
          if (
            !isUsual ||
            returns !== 0 ||
            this.#returnsExpected !== 0 ||
            at - rowStart <= END_BYTES
          )
            this.#endRow(piece, start, { rowStart, at, tabs, returns });
          if (this.isEnded || this.fault !== undefined) return at + 1;
          this.rows += 1;
          tabs = 0;
          returns = 0;
          rowStart = at + 1;
          continue;
        } else if (byte === CARRIAGE_RETURN) returns += 1;
        else if (byte === 0) this.#blame('holds a zero byte');
        if (this.fault !== undefined) return at + 1;
      }
    }
    this.#tabs = tabs;
    this.#returns = returns;
    this.#keep(piece, start, rowStart);
    return length;
  }

  /** Whether a piece is nothing but rows in which all is as it should be; only then it is passed over. */
  #passUsual(piece: Buffer, start: number): boolean {
    if (piece.length - start < MANY_BYTES || this.#returnsExpected !== 0 || this.#returns > 0)
      return false;
    if (this.#backslashes > 0 || this.#head === '\\') return false;
    if (piece.includes(0, start) || piece.includes(CARRIAGE_RETURN, start)) return false;
    if (piece.includes(BACKSLASH, start)) {
      if (piece.includes(END_MARK, start)) return false;
      const isEscaped =
        piece.includes(ESCAPED_TAB, start) || piece.includes(ESCAPED_NEWLINE, start);
      if (this.#hasPlainBackslash && isEscaped) return false;
    }
    const counted = countSeparators(start === 0 ? piece : piece.subarray(start));
    const rowStart = Math.max(start, piece.lastIndexOf(NEWLINE) + 1);
    const open = counted.newlines === 0 ? counted : countSeparators(piece.subarray(rowStart));
    if (counted.newlines > 0) {
      const tabs = this.#tabs + counted.tabs - open.tabs;
      const isRight = tabs === counted.newlines * (this.#tabsExpected ?? 0);
      if (this.#tabsExpected !== undefined && !isRight) return false;
      this.#tabs = 0;
    }
    this.#tabs += open.tabs;
    this.rows += counted.newlines;
    this.#keep(piece, start, rowStart);
    return true;
  }

  #blame(what: string): void {
    this.fault ??= `row ${this.rows + 1} ${what}`;
  }

  /** What the next piece needs to know of the row that this one ends in. */
  #keep(piece: Buffer, start: number, rowStart: number): void {
    if (start === piece.length) return;
    this.bytes += piece.length - start;
    if (rowStart !== start) this.#head = '';
    const room = Math.max(0, END_BYTES + 1 - this.#head.length);
    this.#head += piece.toString('latin1', rowStart, rowStart + room);
    this.#backslashes = this.#backslashesBefore(piece, start, piece.length);
    this.#endsInReturn = piece[piece.length - 1] === CARRIAGE_RETURN;
  }

  #endRow(piece: Buffer, start: number, { rowStart, at, tabs, returns }: RowEnd): void {
    const head = rowStart === start ? this.#head : '';
    const isShort = head.length + at - rowStart <= END_BYTES;
    if (isShort && END.test(head + piece.toString('latin1', rowStart, at))) {
      this.isEnded = true;
      this.bytes += rowStart - start - head.length;
      return;
    }
    this.#judgeEscape(piece, start, at);
    this.#judgeColumns(tabs);
    const isLast = at === start ? this.#endsInReturn : piece[at - 1] === CARRIAGE_RETURN;
    this.#returnsExpected ??= returns;
    if (returns > 1 || (returns === 1 && !isLast)) this.#blame('holds a bare carriage return');
    else if (returns !== this.#returnsExpected) this.#blame('does not end like the rows before it');
  }

  #judgeColumns(tabs: number): void {
    const expected = this.#tabsExpected;
    if (expected === undefined || tabs === expected) return;
    this.#blame(`has ${tabs + 1} columns instead of ${expected + 1}`);
  }

  /** A tab or a line end is a part of the value to COPY where one backslash stands before it. */
  #judgeEscape(piece: Buffer, start: number, at: number): void {
    if (!this.#hasPlainBackslash || this.#backslashesBefore(piece, start, at) % 2 === 0) return;
    this.#blame('has a backslash that escapes nothing');
  }

  #backslashesBefore(piece: Buffer, start: number, at: number): number {
    let from = at;
    while (from > start && piece[from - 1] === BACKSLASH) from -= 1;
    return at - from + (from === start ? this.#backslashes : 0);
  }
}
