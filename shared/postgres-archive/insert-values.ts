import { BYTE, KINDS } from './sql-bytes.ts';
import type { SqlStatement } from './sql-statement.ts';

const QUOTE = 39;
const DASH = 45;
const isE = (byte: number | undefined): boolean => byte === 69 || byte === 101;

/** Behind a string without escapes that begins at `at`; -1 where the piece may end within it. */
const endOfString = (piece: Buffer, at: number): number => {
  let index = at + 1;
  for (; index < piece.length; index += 1) {
    if (piece[index] !== QUOTE) continue;
    if (index + 1 === piece.length) return -1;
    if (piece[index + 1] !== QUOTE) return index + 1;
    index += 1;
  }
  return -1;
};

const endOfWord = (piece: Buffer, at: number): number => {
  let index = at;
  while (index < piece.length && KINDS[piece[index] ?? 0] === BYTE.word) index += 1;
  if (index === piece.length) return -1;
  return index === at + 1 && isE(piece[at]) ? -1 : index;
};

/**
 * Passes over the values of an INSERT that lie whole in a piece, several times as fast as the lexer could
 * token by token: dumps of INSERTs have gigabytes of them.
 *
 * @returns the index of what only the lexer can read: the end of the statement, a comment, a string with
 *   escapes, or what the piece cuts.
 */
export const passValues = (piece: Buffer, start: number, statement: SqlStatement): number => {
  for (let at = start; at < piece.length; ) {
    const kind = KINDS[piece[at] ?? 0];
    let next = at + 1;
    if (kind === BYTE.quote) next = endOfString(piece, at);
    else if (kind === BYTE.word) next = endOfWord(piece, at);
    else if (kind === BYTE.comma) statement.comma();
    else if (kind === BYTE.open) statement.open();
    else if (kind === BYTE.close) statement.close();
    else if (kind === BYTE.dash) {
      if (next === piece.length || piece[next] === DASH) return at;
    } else if (kind !== BYTE.blank) return at;
    if (next === -1) return at;
    if (kind === BYTE.quote || kind === BYTE.word || kind === BYTE.dash) statement.hold();
    if (statement.fault !== undefined) return next;
    at = next;
  }
  return piece.length;
};
