import { BYTE, KINDS } from './sql-bytes.ts';
import { COMMANDS, RoutineBlocks } from './sql-words.ts';

/** Of a statement's text that is kept: enough for two names of 63 characters in quotes, and what is before. */
const HEAD_BYTES = 1_024;

/**
 * One statement of SQL while it passes: what it is, how deep its parentheses are, and the rows of an INSERT.
 * It is never kept whole. One object serves all statements, one after the other.
 */
export class SqlStatement {
  isOpen = false;
  /** Of its first byte in the dump. */
  position = 0;
  /** The first word, in upper case; empty where it does not begin with a word. */
  command = '';
  /** Names in the first parentheses, e.g. the columns of COPY; undefined without them. */
  names: number | undefined;
  /** Rows of an INSERT, and the values in each. */
  rows = 0;
  values: number | undefined;
  /** What is wrong with it in itself. */
  fault: string | undefined;
  depth = 0;
  /** Of INSERT: what follows are its rows. */
  isInValues = false;
  /** Of COPY: the rows begin with an object id that is not among the names. */
  hasOids = false;
  #words = 0;
  #previous = '';
  #last = '';
  #blocks = new RoutineBlocks();
  #commas = 0;
  #brackets = 0;
  #isSeparated = true;
  /** What stood last is a comma, or an opening parenthesis: no comma may follow either. */
  #expectsValue = false;
  #isAfterComma = false;
  #carried = '';
  #start = 0;
  #insert: Buffer | undefined;
  #insertNames: number | undefined;

  begin(position: number, index: number): void {
    this.isOpen = true;
    this.position = position;
    this.command = '';
    this.names = undefined;
    this.rows = 0;
    this.values = undefined;
    this.fault = undefined;
    this.depth = 0;
    this.#brackets = 0;
    this.hasOids = false;
    this.#words = 0;
    this.#previous = '';
    this.#last = '';
    this.#blocks.reset();
    this.isInValues = false;
    this.#isSeparated = true;
    this.#expectsValue = false;
    this.#isAfterComma = false;
    this.#carried = '';
    this.#start = index;
  }

  /** Where an INSERT begins its values: thousands like it may follow. */
  #rememberInsert(piece: Buffer, end: number): void {
    const isWhole = this.#carried === '' && end - this.#start <= HEAD_BYTES;
    this.#insert = isWhole ? Buffer.from(piece.subarray(this.#start, end)) : undefined;
    this.#insertNames = this.names;
  }

  /**
   * Begins the same INSERT as the last one, if the bytes are the same up to its values.
   *
   * @returns how many bytes that is; 0 where it is another statement.
   */
  beginAgain(piece: Buffer, index: number, position: number): number {
    const insert = this.#insert;
    if (insert === undefined || index + insert.length >= piece.length) return 0;
    if (KINDS[piece[index + insert.length] ?? 0] === BYTE.word) return 0;
    for (let at = 0; at < insert.length; at += 1) if (piece[index + at] !== insert[at]) return 0;
    this.begin(position, index);
    this.command = 'INSERT';
    this.isInValues = true;
    this.names = this.#insertNames;
    this.#words = 1;
    return insert.length;
  }

  /** Keeps what must be kept of a piece that ends before the statement. */
  suspend(piece: Buffer): void {
    this.#carried = this.head(piece, piece.length);
    this.#start = 0;
  }

  /** The beginning of its text, one character per byte. */
  head(piece: Buffer, end: number): string {
    const room = HEAD_BYTES - this.#carried.length;
    if (room === 0) return this.#carried;
    const from = this.#start;
    return this.#carried + piece.toString('latin1', from, Math.min(end, from + room));
  }

  /** A word, a string or an operator: whatever a list may hold. */
  hold(): void {
    this.#expectsValue = false;
    this.#isAfterComma = false;
  }

  /** @param end where the word ends in its piece. */
  word(text: string, piece: Buffer, end: number): void {
    const word = text.toUpperCase();
    if (this.#words === 0) {
      this.command = word;
      if (!COMMANDS.has(word)) this.fault ??= 'begins with no command of SQL';
    }
    this.#words += 1;
    this.#previous = this.#last;
    this.#last = word;
    if (this.command === 'INSERT' && word === 'VALUES' && this.depth === 0) {
      this.isInValues = true;
      if (this.#previous === 'DEFAULT') this.rows = 1;
      else this.#rememberInsert(piece, end);
    }
    if (this.command === 'CREATE') this.#blocks.word(word, this.depth);
    if (this.command === 'COPY' && word === 'OIDS' && this.depth === 0) this.hasOids = true;
  }

  /** A string. */
  value(): void {
    if (this.#words === 0) this.fault ??= 'begins with a string';
  }

  open(): void {
    this.depth += 1;
    this.#expectsValue = true;
    this.#isAfterComma = false;
    if (this.depth > 1) return;
    this.#commas = 0;
    if (this.isInValues && !this.#isSeparated)
      this.fault ??= 'has two rows without a comma between';
  }

  comma(): void {
    if (this.#expectsValue) this.fault ??= 'has a comma with nothing before it';
    this.#expectsValue = true;
    this.#isAfterComma = true;
    if (this.depth === 1) this.#commas += 1;
    else if (this.depth === 0) this.#isSeparated = true;
  }

  close(): void {
    this.#judgeList();
    this.hold();
    this.depth -= 1;
    if (this.depth < 0) this.fault ??= 'closes a parenthesis that it did not open';
    if (this.depth > 0) return;
    const count = this.#commas + 1;
    if (this.isInValues) this.#endRow(count);
    else this.names ??= count;
  }

  /** @param step 1 where one opens, -1 where one closes. */
  bracket(step: 1 | -1): void {
    this.#brackets += step;
    if (this.#brackets < 0) this.fault ??= 'closes a bracket that it did not open';
  }

  #judgeList(): void {
    if (this.#isAfterComma) this.fault ??= 'has a comma with nothing behind it';
  }

  #endRow(count: number): void {
    this.rows += 1;
    this.#isSeparated = false;
    this.values ??= this.names ?? count;
    if (count !== this.values) {
      this.fault ??= `has ${count} values instead of ${this.values} in a row`;
    }
  }

  /** Whether a semicolon here is its end; psql asks the same. */
  endsHere(): boolean {
    this.#judgeList();
    if (this.#brackets > 0) this.fault ??= 'does not close a bracket';
    return this.depth === 0 && this.#blocks.depth === 0;
  }

  /** Whether it is a routine whose body, as psql counts `BEGIN` and `END`, goes on. */
  get isInRoutine(): boolean {
    return this.isOpen && this.depth === 0 && this.#blocks.depth > 0;
  }

  isCopyFromHere(): boolean {
    return this.command === 'COPY' && this.#previous === 'FROM' && this.#last === 'STDIN';
  }
}
