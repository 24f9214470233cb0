import type { ClientEncoding } from './client-encoding.ts';
import type { CopyRows } from './copy-rows.ts';
import { passValues } from './insert-values.ts';
import { BYTE, KINDS } from './sql-bytes.ts';
import { DollarSpan } from './sql-dollar.ts';
import type { SqlEvents } from './sql-events.ts';
import {
  BlockSpan,
  EscapedSpan,
  LineSpan,
  QuotedSpan,
  type SqlSpan,
  WordSpan,
} from './sql-spans.ts';
import { SqlStatement } from './sql-statement.ts';

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const STAR = 42;
const DASH = 45;
const NEWLINE = 10;
/** All other signs are, or begin, something that a list may hold. */
const KEEPS_LIST = new Set<number>([BYTE.semicolon, BYTE.open, BYTE.close, BYTE.comma]);
KEEPS_LIST.add(BYTE.dash).add(BYTE.slash).add(BYTE.backslash);
/**
 * Reads the SQL that pg_dump writes as psql would (psqlscan.l): nothing inside a string, a function's body
 * or the rows of COPY is taken for a statement. Constant memory, however long a statement is, and the same
 * events however the bytes arrive.
 */
export class SqlLexer {
  encoding: ClientEncoding | undefined;
  /** Whether a backslash in a string without E stands for itself: `standard_conforming_strings`. */
  hasPlainStrings = true;
  readonly statement = new SqlStatement();
  readonly #events: SqlEvents;
  #base = 0;
  #index = 0;
  #span: SqlSpan | undefined;
  #spanPosition = 0;
  #rows: CopyRows | undefined;
  /** A COPY ended; the line it stands on has not. */
  #isBeforeRows = false;
  /** A dash or a slash that may begin a comment. */
  #sign = 0;
  readonly #word = new WordSpan();
  /** A word E ended at this place of the dump. */
  #escapePosition = -1;

  constructor(events: SqlEvents) {
    this.#events = events;
  }

  /** In the piece that is read: behind what the last event was about. */
  get index(): number {
    return this.#index;
  }

  /** The same in the dump. */
  get position(): number {
    return this.#base + this.#index;
  }

  /** What an end here would cut; undefined between statements. */
  get unfinished(): string | undefined {
    if (this.#rows !== undefined) return 'rows of COPY';
    if (this.#span !== undefined && this.#span !== this.#word)
      return `${this.#span.name} that begins at byte ${this.#spanPosition}`;
    if (this.statement.isOpen) return `a statement that begins at byte ${this.statement.position}`;
    return undefined;
  }

  /** Whether an end here would cut nothing but a routine. */
  get isInRoutine(): boolean {
    return this.#span === undefined && this.statement.isInRoutine;
  }

  push(piece: Buffer): void {
    this.#index = 0;
    while (this.#index < piece.length) this.#step(piece);
    if (this.statement.isOpen) this.statement.suspend(piece);
    this.#base += piece.length;
    this.#index = 0;
  }

  /** Once, after the last piece: a last line need not be ended. */
  end(): void {
    if (this.#span instanceof LineSpan) this.#endSpan(this.#span, Buffer.alloc(0));
    if (this.#sign !== 0) this.#ensureStatement(-1);
  }

  #step(piece: Buffer): void {
    const start = this.#index;
    if (this.#span !== undefined) {
      this.#index = this.#span.push(piece, start);
      if (this.#span.isEnded) this.#endSpan(this.#span, piece);
    } else if (this.#isBeforeRows) this.#readLineEnd(piece[start] ?? 0);
    else if (this.#rows !== undefined) this.#readRows(piece, this.#rows);
    else if (this.#sign !== 0) this.#readAfterSign(piece[start] ?? 0);
    else this.#readByte(piece);
  }

  /** `#index` is behind its first byte. */
  #begin(span: SqlSpan, length = 1): void {
    this.#span = span;
    this.#spanPosition = this.position - length;
  }

  #endSpan(span: SqlSpan, piece: Buffer): void {
    this.#span = undefined;
    if (span === this.#word) this.#endWord(this.#word.text, piece);
    if (!(span instanceof LineSpan)) return;
    const { text } = span;
    if (text.startsWith('\\')) this.#events.command(text);
    else this.#events.comment(text, this.statement.isOpen);
  }

  #ensureStatement(offset: number): void {
    if (this.statement.isOpen) return;
    this.statement.begin(this.position + offset, Math.max(0, this.#index + offset));
  }

  #readByte(piece: Buffer): void {
    let index = this.#index;
    if (this.statement.isOpen && this.statement.isInValues && this.hasPlainStrings) {
      index = passValues(piece, index, this.statement);
      this.#index = index;
      this.#judge();
    }
    while (KINDS[piece[index] ?? 0] === BYTE.blank && index < piece.length) index += 1;
    this.#index = index;
    if (index === piece.length) return;
    const kind = KINDS[piece[index] ?? 0];
    if (kind === BYTE.word) {
      if (!this.statement.isOpen) {
        this.#index += this.statement.beginAgain(piece, index, this.position);
        if (this.#index > index) return;
      }
      this.#ensureStatement(0);
      this.statement.hold();
      this.#word.begin();
      this.#begin(this.#word, 0);
      return;
    }
    if (
      kind !== BYTE.dash &&
      kind !== BYTE.slash &&
      kind !== BYTE.backslash &&
      kind !== BYTE.semicolon
    )
      this.#ensureStatement(0);
    this.#index = index + 1;
    this.#readSign(piece, kind ?? 0);
  }

  /** `#index` is behind it already. */
  #readSign(piece: Buffer, kind: number): void {
    const { statement } = this;
    if (!KEEPS_LIST.has(kind)) statement.hold();
    if (kind === BYTE.semicolon) this.#endStatement(piece);
    else if (kind === BYTE.open) statement.open();
    else if (kind === BYTE.close) statement.close();
    else if (kind === BYTE.comma) statement.comma();
    else if (kind === BYTE.dash || kind === BYTE.slash) this.#sign = piece[this.#index - 1] ?? 0;
    else if (kind === BYTE.backslash) this.#beginCommand();
    else if (kind === BYTE.quote) this.#beginString();
    else if (kind === BYTE.doubleQuote) this.#begin(new QuotedSpan('a quoted name', DOUBLE_QUOTE));
    else if (kind === BYTE.dollar) this.#begin(new DollarSpan());
    else if (kind === BYTE.openBracket) statement.bracket(1);
    else if (kind === BYTE.closeBracket) statement.bracket(-1);
    else if (kind === BYTE.brace) this.#events.fault('a brace stands outside of strings');
    else if (kind === BYTE.control)
      this.#events.fault('a control character stands outside of strings');
    this.#judge();
  }

  #judge(): void {
    const { fault } = this.statement;
    if (fault !== undefined) this.#events.fault(`a statement ${fault}`);
  }

  #beginCommand(): void {
    if (this.statement.isOpen) this.#events.fault('a backslash stands in a statement');
    this.#begin(new LineSpan('a command', '\\'));
  }

  #beginString(): void {
    this.statement.value();
    const isEscaped = this.#escapePosition === this.position - 1 || !this.hasPlainStrings;
    this.#begin(isEscaped ? new EscapedSpan(this.encoding) : new QuotedSpan('a string', QUOTE));
  }

  #readAfterSign(byte: number): void {
    const sign = this.#sign;
    this.#sign = 0;
    if (sign === DASH && byte === DASH) {
      this.#index += 1;
      this.#begin(new LineSpan('a comment', '--'), 2);
    } else if (sign !== DASH && byte === STAR) {
      this.#index += 1;
      this.#begin(new BlockSpan(), 2);
    } else {
      this.#ensureStatement(-1);
      this.statement.hold();
    }
  }

  #endWord(word: string, piece: Buffer): void {
    if (word === 'E' || word === 'e') this.#escapePosition = this.position;
    this.statement.word(word, piece, this.#index);
    this.#judge();
  }

  #endStatement(piece: Buffer): void {
    const { statement } = this;
    if (!statement.isOpen || !statement.endsHere()) return;
    statement.isOpen = false;
    const rows = this.#events.statement(statement, () => statement.head(piece, this.#index));
    this.#rows = rows;
    this.#isBeforeRows = rows !== undefined;
  }

  #readLineEnd(byte: number): void {
    this.#index += 1;
    if (KINDS[byte] !== BYTE.blank) this.#events.fault('something follows COPY on its line');
    this.#isBeforeRows = byte !== NEWLINE;
    if (!this.#isBeforeRows && this.#rows !== undefined) this.#events.rows(this.#rows, 'beginning');
  }

  #readRows(piece: Buffer, rows: CopyRows): void {
    this.#index = rows.push(piece, this.#index);
    if (!rows.isEnded && rows.fault === undefined) return;
    this.#rows = undefined;
    this.#events.rows(rows, 'over');
  }
}
