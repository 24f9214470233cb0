import type { ClientEncoding } from './client-encoding.ts';
import { BYTE, KINDS } from './sql-bytes.ts';

/**
 * A run of bytes that is one thing to a reader of SQL. `push` reads on and answers where it stopped: the
 * piece's end, or with `isEnded` behind the span.
 */
export type SqlSpan = {
  /** For the words of an error: `a string`. */
  readonly name: string;
  readonly isEnded: boolean;
  push: (piece: Buffer, at: number) => number;
};

const NEWLINE = 10;
const QUOTE = 39;
const SLASH = 47;
const STAR = 42;
const BACKSLASH = 92;
const DOLLAR = 36;

/** Of a comment or a backslash command. Of the database's names none is longer than 63 bytes. */
const KEPT_BYTES = 1_024;
/** Where a byte is searched: further, a call is faster than a loop. */
const NEAR_BYTES = 32;

const find = (piece: Buffer, at: number, byte: number): number => {
  const near = Math.min(piece.length, at + NEAR_BYTES);
  for (let index = at; index < near; index += 1) if (piece[index] === byte) return index;
  return near === piece.length ? -1 : piece.indexOf(byte, near);
};

/** To the end of the line, which is kept up to a length; without a carriage return. */
export class LineSpan implements SqlSpan {
  readonly name: string;
  isEnded = false;
  #text: string;

  constructor(name: string, start: string) {
    this.name = name;
    this.#text = start;
  }

  get text(): string {
    return this.#text.trimEnd();
  }

  push(piece: Buffer, at: number): number {
    const found = piece.indexOf(NEWLINE, at);
    this.isEnded = found !== -1;
    const end = this.isEnded ? found : piece.length;
    const room = KEPT_BYTES - this.#text.length;
    if (room > 0) this.#text += piece.toString('latin1', at, Math.min(end, at + room));
    return this.isEnded ? end + 1 : end;
  }
}

/** The longest word that means anything has nine letters. */
const WORD_BYTES = 32;

/** A word, or a number; its text is kept up to a length. One object serves all. */
export class WordSpan implements SqlSpan {
  readonly name = 'a word';
  isEnded = false;
  text = '';

  begin(): void {
    this.isEnded = false;
    this.text = '';
  }

  push(piece: Buffer, at: number): number {
    let end = at;
    while (end < piece.length && isInWord(piece[end] ?? 0)) end += 1;
    this.isEnded = end < piece.length;
    const room = WORD_BYTES - this.text.length;
    if (room > 0) this.text += piece.toString('latin1', at, Math.min(end, at + room));
    return end;
  }
}

const isInWord = (byte: number): boolean => KINDS[byte] === BYTE.word || byte === DOLLAR;

/** Up to a closing quote that is not doubled. */
export class QuotedSpan implements SqlSpan {
  readonly name: string;
  isEnded = false;
  readonly #quote: number;
  #isClosing = false;

  constructor(name: string, quote: number) {
    this.name = name;
    this.#quote = quote;
  }

  push(piece: Buffer, at: number): number {
    let index = at;
    while (index < piece.length) {
      if (this.#isClosing) {
        this.#isClosing = false;
        this.isEnded = piece[index] !== this.#quote;
        if (this.isEnded) return index;
        index += 1;
      }
      const found = find(piece, index, this.#quote);
      if (found === -1) return piece.length;
      this.#isClosing = true;
      index = found + 1;
    }
    return index;
  }
}

/** A string in which a backslash takes the next byte with it, as does the first of a character of two. */
export class EscapedSpan implements SqlSpan {
  readonly name = 'a string';
  isEnded = false;
  readonly #isLead: ClientEncoding['isLead'];
  #isTaken = false;
  #isClosing = false;

  constructor(encoding: ClientEncoding | undefined) {
    this.#isLead = encoding?.isLead;
  }

  push(piece: Buffer, at: number): number {
    for (let index = at; index < piece.length; index += 1) {
      const byte = piece[index] ?? 0;
      if (this.#isTaken) this.#isTaken = false;
      else if (this.#isClosing) {
        this.isEnded = byte !== QUOTE;
        if (this.isEnded) return index;
        this.#isClosing = false;
      } else if (byte === QUOTE) this.#isClosing = true;
      else if (byte === BACKSLASH || this.#isLead?.(byte) === true) this.#isTaken = true;
    }
    return piece.length;
  }
}

/** A comment of several lines; they nest. */
export class BlockSpan implements SqlSpan {
  readonly name = 'a comment';
  isEnded = false;
  #depth = 1;
  #previous = 0;

  push(piece: Buffer, at: number): number {
    for (let index = at; index < piece.length; index += 1) {
      const byte = piece[index] ?? 0;
      const pair = this.#previous * 256 + byte;
      const isOpening = pair === SLASH * 256 + STAR;
      const isClosing = pair === STAR * 256 + SLASH;
      if (isOpening) this.#depth += 1;
      else if (isClosing) this.#depth -= 1;
      this.#previous = isOpening || isClosing ? 0 : byte;
      this.isEnded = this.#depth === 0;
      if (this.isEnded) return index + 1;
    }
    return piece.length;
  }
}
