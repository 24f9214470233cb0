import { DamageError } from '../backup-encoding/damage-error.ts';

/** Enough for the last lines of a dump with their token. */
const TAIL_BYTES = 512;
const FOOTER =
  /\n-- PostgreSQL database (?:cluster )?dump complete\r?\n--\s*(?:\\unrestrict (\w+)\s*)?$/;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** The two ends of a plain dump: its first bytes, which may be a byte order mark, and its last lines. */
export class PlainEnds {
  bytes = 0;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);

  /** @returns what is to be read of it: a byte order mark, as editors write it, is passed over as by psql. */
  push(piece: Buffer): Buffer {
    const before = this.bytes;
    this.bytes += piece.length;
    const last = piece.subarray(-TAIL_BYTES);
    this.#tail =
      last.length === TAIL_BYTES
        ? Buffer.from(last)
        : Buffer.concat([this.#tail, last]).subarray(-TAIL_BYTES);
    if (before >= BYTE_ORDER_MARK.length) return piece;
    const head = Buffer.concat([this.#head, piece]);
    this.#head = Buffer.from(head.subarray(0, BYTE_ORDER_MARK.length));
    if (head.length < BYTE_ORDER_MARK.length) return Buffer.alloc(0);
    return this.#head.equals(BYTE_ORDER_MARK) ? head.subarray(BYTE_ORDER_MARK.length) : head;
  }

  /** Whether it ends as a dump does, of which only the token is sure: a row can hold the rest. */
  endsWithFooter(token: string | undefined): boolean {
    const footer = FOOTER.exec(this.#tail.toString('latin1'));
    return footer !== null && footer[1] === token;
  }

  /** Why it is no dump at all. */
  foreign(): DamageError {
    if (this.bytes === 0) return new DamageError('empty', 'there is nothing inside');
    if (UTF16_MARKS.some((mark) => this.#head.subarray(0, 2).equals(mark))) {
      return new DamageError(
        'not-a-dump',
        'it is UTF-16, as ">" of PowerShell writes it: psql cannot read it; use pg_dump -f',
      );
    }
    return new DamageError('not-a-dump', 'it does not begin with the header of pg_dump');
  }
}
