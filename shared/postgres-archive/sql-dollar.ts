import { BYTE, KINDS } from './sql-bytes.ts';
import type { SqlSpan } from './sql-spans.ts';

const DOLLAR = 36;
const ZERO = 48;
const NINE = 57;
/** pg_dump makes tags of a few letters. What is longer is none of its. */
const TAG_BYTES = 256;

/**
 * What begins with a dollar: `$tag$ … $tag$`, or no string at all (`$1`), which `isString` says when it
 * ended. Source: psqlscan.l (dolqdelim).
 */
export class DollarSpan implements SqlSpan {
  readonly name = 'a dollar-quoted string';
  isEnded = false;
  isString = false;
  /** With both dollars, once it is read. */
  #tag = [DOLLAR];
  /** How much of a closing tag was just read. */
  #matched = 0;

  push(piece: Buffer, at: number): number {
    let index = at;
    while (index < piece.length && !this.isEnded) {
      if (!this.isString) index = this.#readTag(piece, index);
      else if (this.#matched > 0) index = this.#readEnd(piece, index);
      else {
        const found = piece.indexOf(DOLLAR, index);
        if (found === -1) return piece.length;
        this.#matched = 1;
        index = found + 1;
      }
    }
    return index;
  }

  #readTag(piece: Buffer, index: number): number {
    const byte = piece[index] ?? 0;
    this.isString = byte === DOLLAR;
    const isDigit = byte >= ZERO && byte <= NINE;
    const isFirst = this.#tag.length === 1;
    const isTag = KINDS[byte] === BYTE.word && !(isFirst && isDigit);
    this.isEnded = !this.isString && (!isTag || this.#tag.length > TAG_BYTES);
    if (this.isEnded) return index;
    this.#tag.push(byte);
    return index + 1;
  }

  #readEnd(piece: Buffer, index: number): number {
    if (piece[index] !== this.#tag[this.#matched]) {
      // A tag holds no dollar, so only this byte can begin another try.
      this.#matched = 0;
      return index;
    }
    this.#matched += 1;
    this.isEnded = this.#matched === this.#tag.length;
    return index + 1;
  }
}
