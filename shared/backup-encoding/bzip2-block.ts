import type { Bzip2Bits } from './bzip2-bits.ts';
import { type HuffmanTable, MAX_CODE_BITS, QUICK_BITS, readTables } from './bzip2-huffman.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';

const GROUP_SYMBOLS = 50;
const RUN_B = 1;

const corrupt = (detail: string): DamageError => new DamageError('corrupt', detail);

/** A block before its bytes are put in order: `order` holds the byte, and above 8 bits who is next. */
export type Bzip2Block = { crc: number; order: Uint32Array; count: number; first: number };

/** Sixteen bits, and for each that is set sixteen more: which bytes occur. */
const readUsedBytes = (bits: Bzip2Bits): Uint8Array => {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range += 1) {
    if ((ranges & (0x8000 >>> range)) === 0) continue;
    const present = bits.read(16);
    for (let byte = 0; byte < 16; byte += 1) {
      if ((present & (0x8000 >>> byte)) !== 0) used.push(range * 16 + byte);
    }
  }
  if (used.length === 0) throw corrupt('it uses no byte');
  return Uint8Array.from(used);
};

/** A code too long for the quick table: its length and symbol, as there. */
const findLong = ({ limit, offset, symbols }: HuffmanTable, code: number): number => {
  for (let length = QUICK_BITS + 1; length <= MAX_CODE_BITS; length += 1) {
    if (code >= (limit[length] ?? 0)) continue;
    const symbol = symbols[(code >>> (MAX_CODE_BITS - length)) + (offset[length] ?? 0)];
    if (symbol !== undefined) return (length << 16) | symbol;
  }
  throw corrupt('it has a code that is in no table');
};

/**
 * Undoes Huffman codes, runs and move-to-front.
 *
 * @param order takes the bytes; as long as a block may be.
 * @returns how many there are.
 */
const readBytes = (bits: Bzip2Bits, recent: Uint8Array, order: Uint32Array): number => {
  const end = recent.length + 1;
  const { selectors, tables } = readTables(bits, end + 1);
  const { view } = bits;
  let { at } = bits;
  let count = 0;
  let run = 0;
  let weight = 1;
  try {
    for (const selector of selectors) {
      const table = tables[selector];
      if (table === undefined) break;
      const { quick } = table;
      for (let left = GROUP_SYMBOLS; left > 0; left -= 1) {
        const code = (view.getUint32(at >>> 3) << (at & 7)) >>> (32 - MAX_CODE_BITS);
        const found = quick[code >>> (MAX_CODE_BITS - QUICK_BITS)] || findLong(table, code);
        at += found >>> 16;
        const symbol = found & 0xffff;
        if (symbol <= RUN_B) {
          run += weight << symbol;
          weight <<= 1;
          if (run > order.length) throw corrupt('it is longer than its stream allows');
          continue;
        }
        if (run > 0) {
          if (run > order.length - count) throw corrupt('it is longer than its stream allows');
          order.fill(recent[0] ?? 0, count, count + run);
          count += run;
          run = 0;
          weight = 1;
        }
        if (symbol === end) {
          return count;
        }
        if (count === order.length) throw corrupt('it is longer than its stream allows');
        const byte = recent[symbol - 1] ?? 0;
        recent.copyWithin(1, 0, symbol - 1);
        recent[0] = byte;
        order[count] = byte;
        count += 1;
      }
      bits.check(at);
    }
    throw corrupt('it has no end');
  } finally {
    // Where it stopped tells a cut from a change.
    bits.at = at;
  }
};

/** Puts above each byte where the next one stands: the inverse of Burrows and Wheeler's transform. */
const link = (order: Uint32Array, count: number): void => {
  const begins = new Uint32Array(256);
  for (let index = 0; index < count; index += 1) {
    const byte = (order[index] ?? 0) & 0xff;
    begins[byte] = (begins[byte] ?? 0) + 1;
  }
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const occurs = begins[byte] ?? 0;
    begins[byte] = sum;
    sum += occurs;
  }
  for (let index = 0; index < count; index += 1) {
    const byte = (order[index] ?? 0) & 0xff;
    const place = begins[byte] ?? 0;
    begins[byte] = place + 1;
    order[place] = (order[place] ?? 0) | (index << 8);
  }
};

/**
 * Reads a block behind its magic number.
 * Source: bzip2 1.0.8, decompress.c; "bzip2 format specification" by J. Tsai.
 *
 * @throws {DamageError} `truncated` or `corrupt`.
 */
export const readBzip2Block = (bits: Bzip2Bits, order: Uint32Array): Bzip2Block => {
  const crc = bits.readWord();
  if (bits.read(1) === 1) {
    throw new NotJudgedError('encoding-not-supported', 'it was made by bzip2 before 0.9.5');
  }
  const origin = bits.read(24);
  const count = readBytes(bits, readUsedBytes(bits), order);
  if (origin >= count) throw corrupt('it begins outside itself');
  link(order, count);
  return { crc, order, count, first: (order[origin] ?? 0) >>> 8 };
};
