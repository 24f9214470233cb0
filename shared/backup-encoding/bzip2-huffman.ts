import type { Bzip2Bits } from './bzip2-bits.ts';
import { DamageError } from './damage-error.ts';

export const MAX_CODE_BITS = 20;
const MIN_GROUPS = 2;
const MAX_GROUPS = 6;
/** What bzip2 itself uses of more. */
const MAX_SELECTORS = 18_002;
/** Codes up to this long, nearly all, are found in one step. */
export const QUICK_BITS = 10;

export type HuffmanTable = {
  /** By the next 10 bits: the symbol and, above 16 bits, the length; 0 where the code is longer. */
  quick: Uint32Array;
  /** By length: the first code that is longer, aligned to 20 bits, and where its symbols begin. */
  limit: Uint32Array;
  offset: Int32Array;
  symbols: Uint16Array;
};

const corrupt = (detail: string): DamageError => new DamageError('corrupt', detail);

const makeTable = (lengths: Uint8Array): HuffmanTable => {
  const quick = new Uint32Array(1 << QUICK_BITS);
  const limit = new Uint32Array(MAX_CODE_BITS + 1);
  const offset = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let known = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits += 1) {
    offset[bits] = known - code;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== bits) continue;
      if (code >= 1 << bits) throw corrupt('a table of codes is no table');
      if (bits <= QUICK_BITS) {
        const first = code << (QUICK_BITS - bits);
        quick.fill((bits << 16) | symbol, first, first + (1 << (QUICK_BITS - bits)));
      }
      symbols[known] = symbol;
      known += 1;
      code += 1;
    }
    limit[bits] = code << (MAX_CODE_BITS - bits);
    code <<= 1;
  }
  return { quick, limit, offset, symbols };
};

const readLengths = (bits: Bzip2Bits, count: number): Uint8Array => {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count; symbol += 1) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) throw corrupt('a code has no length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
};

/** Which table holds for each 50 symbols; those not used for longest are the dearest to name. */
const readSelectors = (bits: Bzip2Bits, groups: number): Uint8Array => {
  const count = bits.read(15);
  if (count < 1) throw corrupt('it names no table of codes');
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  const recent = Array.from({ length: groups }, (_, group) => group);
  for (let index = 0; index < count; index += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= groups) throw corrupt('it names a table of codes that it has not');
    }
    const [group = 0] = recent.splice(place, 1);
    recent.unshift(group);
    if (index < selectors.length) selectors[index] = group;
  }
  return selectors;
};

/** @param symbolCount bytes in use, two runs and the end. */
export const readTables = (
  bits: Bzip2Bits,
  symbolCount: number,
): { selectors: Uint8Array; tables: HuffmanTable[] } => {
  const groups = bits.read(3);
  if (groups < MIN_GROUPS || groups > MAX_GROUPS) throw corrupt(`it has ${groups} tables of codes`);
  const selectors = readSelectors(bits, groups);
  const tables: HuffmanTable[] = [];
  for (let group = 0; group < groups; group += 1) {
    tables.push(makeTable(readLengths(bits, symbolCount)));
  }
  return { selectors, tables };
};
