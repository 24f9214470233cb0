import { DamageError } from '../backup-encoding/damage-error.ts';
import type { CopyRows } from './copy-rows.ts';
import type { DumpContents } from './dump-contents.ts';
import { PlainContents, readSetting } from './plain-contents.ts';
import { PlainEnds } from './plain-ends.ts';
import { readableName } from './plain-frame.ts';
import { PlainStructure } from './plain-structure.ts';
import { SqlLexer } from './sql-lexer.ts';
import type { SqlStatement } from './sql-statement.ts';
import { TextCheck } from './text-check.ts';

/** What a plain dump that is whole was seen to be. */
export type PlainDump = { kind: 'database' | 'cluster'; contents: DumpContents };

const NOTHING = Buffer.alloc(0);

/**
 * Walks a plain dump of pg_dump or pg_dumpall to its last byte, as psql would read it: header and footer of
 * every database, tokens in pairs, every statement, string and COPY ended, the columns of every row, UTF-8
 * where the dump says so, nothing after the end. Constant memory; the same answer however the bytes arrive.
 *
 * A plain dump has no checksum: a changed byte within a value cannot be seen, nor a statement that is gone
 * with the comment before it.
 */
export class PlainDumpWalk {
  readonly #structure = new PlainStructure();
  readonly #contents = new PlainContents();
  readonly #ends = new PlainEnds();
  readonly #text = new TextCheck();
  readonly #lexer = new SqlLexer({
    comment: (text, isInside) => this.#comment(text, isInside),
    command: (text) => this.#command(text),
    statement: (statement, head) => this.#statement(statement, head),
    rows: (rows, are) => this.#passRows(rows, are),
    fault: (what) => this.#fail(what),
  });
  #isForeign = false;
  #piece: Buffer = NOTHING;
  /** Up to where in the piece its text was checked, and how many rows had passed there. */
  #checked = 0;
  #checkedRows = 0;
  #rows: CopyRows | undefined;

  /** @throws {DamageError} where the dump breaks; what follows need not be read. */
  push(piece: Buffer): void {
    const read = this.#ends.push(piece);
    if (this.#isForeign || read.length === 0) return;
    this.#piece = read;
    this.#checked = 0;
    this.#checkedRows = this.#rows?.rows ?? 0;
    this.#guard(() => {
      this.#lexer.push(read);
      this.#checkText(read.length, false);
    });
    this.#piece = NOTHING;
  }

  /**
   * Call once, after the last piece.
   *
   * @throws {DamageError} `empty`, `not-a-dump`, `truncated`, `corrupt`, `token-mismatch` or `trailing-data`.
   */
  end(): PlainDump {
    if (!this.#isForeign) this.#guard(() => this.#lexer.end());
    const { kind, isWhole } = this.#structure;
    if (kind === undefined) throw this.#ends.foreign();
    const unfinished = this.#lexer.unfinished;
    if (unfinished !== undefined || !isWhole) throw this.#endsEarly(kind, unfinished);
    this.#checkText(0, true);
    return { kind, contents: this.#contents.contents() };
  }

  /** What does not begin like a dump is read on all the same: another layer may say why. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.#isForeign = this.#structure.kind === undefined;
      if (this.#isForeign) return;
      // What is no text comes first, wherever a piece ends.
      this.#checkText(this.#lexer.index, true);
      throw error;
    }
  }

  #endsEarly(kind: PlainDump['kind'], unfinished: string | undefined): DamageError {
    const after = this.#rows === undefined ? '' : `, after row ${this.#rows.rows}`;
    const where = `${this.#contents.where}${after}`;
    if (unfinished !== undefined && this.#ends.endsWithFooter(this.#structure.token)) {
      return new DamageError('corrupt', `${unfinished} is never ended${where}`);
    }
    const missing = this.#structure.isComplete
      ? 'its \\unrestrict token'
      : `the line "PostgreSQL database ${kind === 'cluster' ? 'cluster ' : ''}dump complete"`;
    return new DamageError(
      'truncated',
      `the dump ends after ${this.#ends.bytes} bytes${where}, without ${missing}`,
    );
  }

  #fail(what: string): never {
    const place = `${this.#contents.where}, before byte ${this.#lexer.position}`;
    throw new DamageError('corrupt', `${what}${place}`);
  }

  #checkText(end: number, isEnd: boolean): void {
    const fault = this.#text.check(this.#piece.subarray(this.#checked, end), isEnd);
    this.#checked = end;
    if (fault === undefined) return;
    const { what, position, before } = fault;
    if (this.#rows === undefined) throw new DamageError('corrupt', `${what} at byte ${position}`);
    const row = this.#checkedRows + before + 1;
    throw new DamageError('corrupt', `row ${row} with ${what}${this.#contents.where}`);
  }

  #comment(text: string, isInside: boolean): void {
    const wasInDump = this.#structure.isInDump;
    this.#structure.comment(text, isInside, this.#lexer.position);
    const isEnd = wasInDump && !this.#structure.isInDump;
    const fault = isEnd ? this.#contents.endDump() : this.#contents.comment(text, isInside);
    if (fault !== undefined) this.#fail(fault);
    if (isEnd) this.#leaveEncoding();
  }

  /** Between two dumps pg_dumpall writes in its own encoding, and psql passes over it. */
  #leaveEncoding(): void {
    this.#checkText(this.#lexer.index, true);
    this.#text.isUtf8 = false;
  }

  #command(text: string): void {
    this.#structure.command(text, this.#lexer.position);
    const { database, kind } = this.#structure;
    this.#contents.database = database === undefined ? undefined : readableName(database);
    this.#contents.isCluster = kind === 'cluster';
    if (text.startsWith('\\encoding')) this.#set(text);
  }

  #statement(statement: SqlStatement, head: () => string): CopyRows | undefined {
    this.#structure.statement(this.#lexer.position);
    if (statement.command === 'SET') this.#set(head());
    const bytes = this.#lexer.position - statement.position;
    const answer = this.#contents.statement(statement, bytes, head);
    if (typeof answer === 'string') this.#fail(answer);
    return answer;
  }

  #set(text: string): void {
    const setting = readSetting(text);
    if (setting === undefined) return;
    if ('hasPlainStrings' in setting) {
      this.#lexer.hasPlainStrings = setting.hasPlainStrings;
      return;
    }
    this.#checkText(this.#lexer.index, true);
    this.#text.isUtf8 = setting.encoding.isUtf8;
    this.#contents.encoding = setting.encoding;
    this.#lexer.encoding = setting.encoding;
  }

  #passRows(rows: CopyRows, are: 'beginning' | 'over'): void {
    if (are === 'beginning') {
      this.#checkText(this.#lexer.index, true);
      this.#checkedRows = 0;
      this.#rows = rows;
      return;
    }
    this.#contents.endRows(rows);
    if (rows.fault !== undefined) this.#fail(rows.fault);
    this.#checkText(this.#lexer.index, true);
    this.#rows = undefined;
  }
}
