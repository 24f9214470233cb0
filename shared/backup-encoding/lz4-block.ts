import { DamageError } from './damage-error.ts';

/** How far back a match may reach. */
export const LZ4_WINDOW_BYTES = 64 * 1024;

const MIN_MATCH = 4;
/** A run of 15 in the token, or of 255 behind it, goes on in the next byte. */
const TOKEN_RUN = 15;
const MORE = 255;
/**
 * Up to here bytes are copied by eight in this thread, which may overshoot by seven; longer runs are worth
 * a call. Twice as fast as byte by byte, measured on a gigabyte of rows.
 */
const SHORT_BYTES = 32;
const WORD_BYTES = 8;
const OVERSHOOT_BYTES = SHORT_BYTES + WORD_BYTES;

const corrupt = (detail: string): DamageError => new DamageError('corrupt', detail);

const INSIDE_LENGTH = 'it ends inside a length';

/** Where a block's content goes, and what went before it. */
export type Lz4Target = {
  out: Buffer;
  /** Where it begins in `out`; what stands before it there may be referred to, from `reach` on. */
  at: number;
  /** Where `out` ends for this block. */
  end: number;
  reach: number;
  /** What came before `out`, where blocks are linked and `reach` is 0. */
  before: Buffer;
};

/** Copies what a match refers to; it may overlap what it makes, and so repeat it. */
const copyMatch = (out: Buffer, at: number, offset: number, length: number): void => {
  // What is there already is doubled until it is enough.
  let step = Math.min(offset, length);
  out.copyWithin(at, at - offset, at - offset + step);
  for (let done = step; done < length; done += step) {
    step = Math.min(done, length - done);
    out.copyWithin(at + done, at, at + step);
  }
};

/** A match that begins in what came before `out`. */
const copyFromBefore = (target: Lz4Target, at: number, offset: number, length: number): void => {
  const { out, before } = target;
  const from = before.length - (offset - at);
  const first = Math.min(length, before.length - from);
  before.copy(out, at, from, from + first);
  if (first < length) copyMatch(out, at + first, offset, length - first);
};

const viewOf = (bytes: Buffer): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * Decompresses one block of LZ4.
 * Source: lz4_Block_format.md of the LZ4 project.
 *
 * @returns where the content ends in `out`; behind it `out` may be overwritten up to `end`.
 * @throws {DamageError} `corrupt`: never reads or writes outside what it was given.
 */
export const decodeLz4Block = (block: Buffer, target: Lz4Target): number => {
  const { out, end, reach, before } = target;
  const from = viewOf(block);
  const to = viewOf(out);
  const last = block.length;
  let { at } = target;
  let next = 0;

  while (next < last) {
    const token = from.getUint8(next++);
    let literals = token >>> 4;
    for (let more = literals === TOKEN_RUN ? MORE : 0; more === MORE; literals += more) {
      if (next === last) throw corrupt(INSIDE_LENGTH);
      more = from.getUint8(next++);
    }
    if (literals > last - next) throw corrupt('literals reach over its end');
    if (literals > end - at) throw corrupt('it expands to more than its frame allows');
    if (literals <= SHORT_BYTES && next + OVERSHOOT_BYTES <= last && at + OVERSHOOT_BYTES <= end) {
      for (let done = 0; done < literals; done += WORD_BYTES) {
        to.setBigInt64(at + done, from.getBigInt64(next + done));
      }
    } else block.copy(out, at, next, next + literals);
    next += literals;
    at += literals;
    if (next === last) return at;

    if (last - next < 2) break;
    const offset = from.getUint16(next, true);
    next += 2;
    let length = token & TOKEN_RUN;
    for (let more = length === TOKEN_RUN ? MORE : 0; more === MORE; length += more) {
      if (next === last) throw corrupt(INSIDE_LENGTH);
      more = from.getUint8(next++);
    }
    length += MIN_MATCH;
    if (length > end - at) throw corrupt('it expands to more than its frame allows');
    const known = at - reach;
    if (offset === 0 || offset > known + before.length) throw nowhere(offset);
    if (offset > known) copyFromBefore(target, at, offset, length);
    else if (length <= SHORT_BYTES && offset >= WORD_BYTES && at + OVERSHOOT_BYTES <= end) {
      for (let done = 0; done < length; done += WORD_BYTES) {
        to.setBigInt64(at + done, to.getBigInt64(at - offset + done));
      }
    } else copyMatch(out, at, offset, length);
    at += length;
  }
  // A block ends with literals, so it was left above.
  throw corrupt('it ends inside a match');
};

const nowhere = (offset: number): DamageError =>
  corrupt(
    `a match refers to ${offset} bytes back, where there is nothing (or a dictionary, which is not read here)`,
  );
