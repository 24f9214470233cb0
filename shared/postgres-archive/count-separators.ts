/** What separates the values of COPY, and its rows. */
export const TAB = 9;
export const NEWLINE = 10;

/** A byte of every kind in each of the four lanes of a 32-bit word. */
const lanes = (byte: number): number => Math.imul(byte, 0x01010101);
const EIGHT_TO_ELEVEN = lanes(0x08);
const WITHOUT_LOW_TWO = lanes(0x7c);
const HIGH = lanes(0x80);
/** A lane counts to 255; each word adds one to it at most, and words are taken in pairs. */
const WORDS = 254;

const NO_WORDS = new Int32Array(0);

const sumLanes = (word: number): number =>
  (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);

export type Separators = { tabs: number; newlines: number };

const countEach = (bytes: Buffer, from: number, to: number, into: Separators): void => {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] === TAB) into.tabs += 1;
    else if (bytes[at] === NEWLINE) into.newlines += 1;
  }
};

/**
 * Counts tabs and newlines, four bytes in a step: half the time of a loop over bytes, and a gigabyte goes
 * through here.
 *
 * In a lane, 1 stands for a byte of 8 to 11; of these, 9 has the lowest bit set and 10 the second. 11 has
 * both and counts as both, 8 counts as none: COPY writes neither of them bare.
 */
export const countSeparators = (bytes: Buffer): Separators => {
  const into: Separators = { tabs: 0, newlines: 0 };
  const start = Math.min(bytes.length, -bytes.byteOffset & 3);
  const count = ((bytes.length - start) >>> 3) << 1;
  countEach(bytes, 0, start, into);
  const words =
    count === 0 ? NO_WORDS : new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  for (let at = 0; at < count; ) {
    const stop = Math.min(count, at + WORDS);
    let tabs = 0;
    let newlines = 0;
    for (; at < stop; at += 2) {
      const one = words[at] ?? 0;
      const inOne =
        (~((((one & WITHOUT_LOW_TWO) ^ EIGHT_TO_ELEVEN) + WITHOUT_LOW_TWO) | one) & HIGH) >>> 7;
      tabs = (tabs + (one & inOne)) | 0;
      newlines = (newlines + ((one >>> 1) & inOne)) | 0;
      const two = words[at + 1] ?? 0;
      const inTwo =
        (~((((two & WITHOUT_LOW_TWO) ^ EIGHT_TO_ELEVEN) + WITHOUT_LOW_TWO) | two) & HIGH) >>> 7;
      tabs = (tabs + (two & inTwo)) | 0;
      newlines = (newlines + ((two >>> 1) & inTwo)) | 0;
    }
    into.tabs += sumLanes(tabs);
    into.newlines += sumLanes(newlines);
  }
  countEach(bytes, start + count * 4, bytes.length, into);
  return into;
};
