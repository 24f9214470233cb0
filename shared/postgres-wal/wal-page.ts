import { formatLsn } from './lsn.ts';
import { type FirstPage, PAGE_HEADER_BYTES } from './page-header.ts';
import type { Problem } from './segment-walk.ts';

/** The header that every page but a segment's first begins with. */
export const SHORT_HEADER_BYTES = 24;

/** The page begins with the rest of a record of the page before. */
export const CONTINUES_RECORD = 0x0001;
const LONG_HEADER = 0x0002;
/** The page takes the place of the rest of a record that a crash cut. */
export const OVERWRITES_RECORD = 0x0008;
const KNOWN_FLAGS = 0x000f;

/** PostgreSQL xlog_internal.h, XLogPageHeaderData. */
export type PageStart = {
  flags: number;
  timeline: number;
  /** Bytes of the record that is continued, from this page on. */
  remaining: number;
  /** Where the records begin. */
  from: number;
};

export const readPageStart = (page: Buffer): PageStart => {
  const flags = page.readUInt16LE(2);
  const from = flags & LONG_HEADER ? PAGE_HEADER_BYTES : SHORT_HEADER_BYTES;
  return { flags, timeline: page.readUInt32LE(4), remaining: page.readUInt32LE(16), from };
};

/** Where the server that wrote the segment says that a page belongs. */
export const isInPlace = (page: Buffer, offset: number, { magic, address }: FirstPage): boolean =>
  page.readUInt16LE(0) === magic &&
  page.readUInt32LE(8) === Number(address & 0xffff_ffffn) + offset &&
  page.readUInt32LE(12) === Number(address >> 32n);

/** Bytes that should be zero and are not. */
export const countNonZero = (page: Buffer, from: number, to: number): number => {
  let count = 0;
  for (let at = from; at < to; at += 1) if (page[at] !== 0) count += 1;
  return count;
};

const ZEROS = Buffer.alloc(65_536);
export const isZero = (page: Buffer): boolean => page.equals(ZEROS.subarray(0, page.length));

/** The place of an earlier segment: a recycled file still holds its pages where nothing new was written. */
const isLeftover = (page: Buffer, offset: number, { address, segmentSize }: FirstPage): boolean => {
  const claimed = page.readBigUInt64LE(8);
  return claimed < address && claimed % BigInt(segmentSize) === BigInt(offset);
};

const flagsProblem = (flags: number, offset: number): Problem | undefined => {
  const isLong = (flags & LONG_HEADER) !== 0;
  return (flags & ~KNOWN_FLAGS) === 0 && isLong === (offset === 0)
    ? undefined
    : { kind: 'page-header', detail: `its page header has the flags ${flags.toString(16)}` };
};

/** Pages never go back to a lower timeline, and a file has none above its own. */
const timelineProblem = (timeline: number, low: number, high: number): Problem | undefined => {
  const detail = `the page is of timeline ${timeline}`;
  if (timeline < low) return { kind: 'timeline', detail: `${detail}, after pages of ${low}` };
  if (timeline > high) return { kind: 'timeline', detail: `${detail}, in a file of ${high}` };
  return undefined;
};

/** Why a page cannot be the one at `offset` of the segment. `timelines` are those that it may be of. */
export const pageProblem = (
  page: Buffer,
  offset: number,
  first: FirstPage,
  timelines: { low: number; high: number },
): Problem | undefined => {
  if (isZero(page)) return { kind: 'zeros', detail: 'zeros are where a page must begin' };
  const magic = page.readUInt16LE(0);
  if (magic !== first.magic) {
    return { kind: 'page-header', detail: `its page magic is ${magic.toString(16)}` };
  }
  if (!isInPlace(page, offset, first)) {
    const detail = `the page of ${formatLsn(page.readBigUInt64LE(8))} is there`;
    return { kind: isLeftover(page, offset, first) ? 'leftover' : 'page-header', detail };
  }
  const { flags, timeline } = readPageStart(page);
  return flagsProblem(flags, offset) ?? timelineProblem(timeline, timelines.low, timelines.high);
};

/** What to say of a page that does not go on where the one before it stopped, with `left` bytes to come. */
export const misfit = ({ flags, remaining }: PageStart, left: number, here: string): string =>
  flags & CONTINUES_RECORD
    ? `the page at ${here} goes on with ${remaining} bytes of a record, and ${left} are left of it`
    : `the page at ${here} does not go on with the record`;
