import { DamageError } from '../backup-encoding/damage-error.ts';
import { CopyRows } from './copy-rows.ts';
import { Utf8Check } from './utf8-check.ts';

/** What follows the line `\.` of COPY. */
const BEHIND_END = '\n\n';

/** Client encodings in which a byte of a character can be the one of a backslash. */
const AMBIGUOUS = new Set(['BIG5', 'GB18030', 'GBK', 'JOHAB', 'SHIFT_JIS_2004', 'SJIS', 'UHC']);

/** What a dump says of the data of one of its entries. */
export type DataShape = {
  /** Of the table, for the words of an error. */
  name: string;
  /** Rows of COPY; otherwise INSERTs. */
  isCopy: boolean;
  /** That COPY names. */
  columns?: number;
  /** Of the dump, e.g. `UTF8`. */
  encoding?: string;
};

/**
 * Counts the data of one entry while it passes, and checks it as far as its shape allows: what a restore
 * would refuse for its form. Formats without a checksum have no other witness than this, and a changed
 * value that is still text passes.
 */
export class DataTally {
  bytes = 0;
  readonly #shape: DataShape | undefined;
  readonly #rows: CopyRows;
  readonly #utf8: Utf8Check | undefined;
  #behind = '';

  /** @param shape without which rows are counted if it is COPY, and nothing is refused. */
  constructor(shape?: DataShape) {
    this.#shape = shape;
    const { columns, encoding = 'UTF8' } = shape ?? {};
    this.#rows = new CopyRows({ columns, hasPlainBackslash: !AMBIGUOUS.has(encoding) });
    this.#utf8 = shape?.encoding === 'UTF8' ? new Utf8Check() : undefined;
  }

  /**
   * @param padding how many bytes of the piece are spaces in front of rows, and no data.
   * @throws {DamageError} `corrupt`, naming the row.
   */
  push(piece: Buffer, padding = 0): void {
    this.bytes += piece.length - padding;
    if (this.#utf8?.push(piece) === false) throw this.#corrupt('is not UTF-8');
    if (this.#shape?.isCopy === false) {
      if (piece.includes(0)) throw this.#corrupt('holds a zero byte');
      return;
    }
    const rows = this.#rows;
    if (rows.fault !== undefined) return;
    const at = rows.isEnded ? 0 : rows.push(piece);
    if (rows.fault !== undefined && this.#shape !== undefined) {
      throw new DamageError('corrupt', `${this.#shape.name}: ${rows.fault}`);
    }
    if (rows.isEnded && this.#behind.length <= BEHIND_END.length) {
      this.#behind += piece.toString('latin1', at, at + BEHIND_END.length + 1);
    }
  }

  /**
   * Rows of COPY; undefined where it does not end as pg_dump ends it, and of INSERTs. Once, at the end.
   *
   * @throws {DamageError} where the last character is cut.
   */
  rows(): number | undefined {
    if (this.#shape?.isCopy === false) {
      if (this.#utf8?.isWhole === false) throw this.#corrupt('is not UTF-8');
      return undefined;
    }
    return this.#rows.isEnded && this.#behind === BEHIND_END ? this.#rows.rows : undefined;
  }

  #corrupt(what: string): DamageError {
    const { name, isCopy } = this.#shape ?? { name: 'a table', isCopy: false };
    const where = isCopy ? `, behind row ${this.#rows.rows},` : '';
    return new DamageError('corrupt', `the data of ${name}${where} ${what}`);
  }
}
