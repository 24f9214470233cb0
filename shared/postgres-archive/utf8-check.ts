import { isUtf8 } from 'node:buffer';

const NOTHING = Buffer.alloc(0);
/** The first two bits of each byte of a character but the first. */
const CONTINUES = 0b10;

/** Bytes that a character of UTF-8 has, by its first byte. */
const characterBytes = (first: number): number => {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
};

/** How many bytes at the end belong to a character that goes on in the next piece. */
const openBytes = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return characterBytes(byte) > back ? back : 0;
  }
  return 0;
};

/**
 * Whether bytes are UTF-8, while they pass in pieces that may end inside a character. Native: a gigabyte
 * takes some hundredths of a second. PostgreSQL refuses the same: surrogates and overlong forms too.
 */
export class Utf8Check {
  #open = NOTHING;

  /** Whether the last character is whole, so that the text may end here. */
  get isWhole(): boolean {
    return this.#open.length === 0;
  }

  /** @returns whether they are, up to here. */
  push(piece: Buffer): boolean {
    let rest = piece;
    if (this.#open.length > 0) {
      const missing = characterBytes(this.#open[0] ?? 0) - this.#open.length;
      const character = Buffer.concat([this.#open, piece.subarray(0, missing)]);
      if (piece.length < missing) {
        this.#open = character;
        return piece.every((byte) => byte >> 6 === CONTINUES);
      }
      if (!isUtf8(character)) return false;
      rest = piece.subarray(missing);
    }
    const open = openBytes(rest);
    this.#open = open === 0 ? NOTHING : Buffer.from(rest.subarray(-open));
    return isUtf8(open === 0 ? rest : rest.subarray(0, -open));
  }
}
