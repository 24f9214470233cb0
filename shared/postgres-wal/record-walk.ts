import { crc32c } from '../crc32c/crc32c.ts';
import { formatLsn } from './lsn.ts';
import { checksumHolds, OpenRecord, RECORD_HEADER_BYTES, SkippedRecord } from './open-record.ts';
import type { FirstPage } from './page-header.ts';
import type { Span } from './record-data.ts';
import { lengthProblem, RecordChain } from './record-header.ts';
import type { Problem, Stop, WalCarry } from './segment-walk.ts';
import { isNoted, isSwitch, noFacts, noteRecord } from './wal-facts.ts';
import {
  CONTINUES_RECORD,
  countNonZero,
  isZero,
  misfit,
  OVERWRITES_RECORD,
  type PageStart,
  readPageStart,
} from './wal-page.ts';

const WRONG_CHECKSUM: Problem = {
  kind: 'record-checksum',
  detail: "the record's checksum is not that of its bytes",
};

/**
 * Goes from record to record through the pages of one segment, in order. Memory does not follow the
 * length of a record. After a stop no more pages may be given.
 *
 * Format: PostgreSQL xlogrecord.h and xlogreader.c, XLogDecodeNextRecord.
 */
export class RecordWalk {
  readonly facts = noFacts();
  records = 0;
  firstRecord?: bigint;
  timeline: number;
  uncheckedBytes = 0;
  oddBytes = 0;
  /** A forced switch was seen: nothing follows. */
  switched = false;
  /** The end of the last whole record, counted from the segment's beginning. */
  end = 0;
  readonly #first: FirstPage;
  readonly #postgres: number;
  readonly #follows: boolean;
  readonly #chain: RecordChain;
  #open: WalCarry['open'];
  /** The record that a page said it takes the place of. */
  #overwritten?: bigint;

  constructor(first: FirstPage, postgres: number, carry?: WalCarry) {
    this.#first = first;
    this.#postgres = postgres;
    this.#follows = carry !== undefined;
    this.#chain = new RecordChain(first.address, postgres, carry?.lastRecord);
    this.#open = carry?.open?.copy();
    this.timeline = carry?.timeline ?? first.timeline;
  }

  get lastRecord(): bigint | undefined {
    return this.records === 0 ? undefined : this.#chain.last;
  }

  /** What a walk over the next segment has to know. */
  carry(): WalCarry {
    const at = this.#lsn(this.#first.segmentSize);
    return { at, timeline: this.timeline, lastRecord: this.#chain.last, open: this.#open };
  }

  /** Takes in the next page, whose header is one of this place; `offset` is where it begins. */
  page(page: Buffer, offset: number): Stop | undefined {
    const start = readPageStart(page);
    this.timeline = start.timeline;
    this.oddBytes += countNonZero(page, start.flags & CONTINUES_RECORD ? 20 : 16, 24);
    const misfit = this.#misfit(start, offset);
    if (misfit !== undefined) return misfit;
    const next = this.#continue(page, offset, start.from);
    return typeof next === 'number' ? this.#readRecords(page, offset, next) : next;
  }

  /** A page after a forced switch: zeros, which nobody reads. */
  tail(page: Buffer): void {
    if (!isZero(page)) this.oddBytes += countNonZero(page, 0, page.length);
  }

  /** Whether the page goes on where the one before it stopped. */
  #misfit(start: PageStart, offset: number): Stop | undefined {
    const { flags, remaining } = start;
    const continues = (flags & CONTINUES_RECORD) !== 0;
    const open = this.#open;
    if (open !== undefined && (flags & OVERWRITES_RECORD) !== 0) {
      this.#overwritten = open instanceof OpenRecord ? open.start : undefined;
      this.#open = undefined;
      return undefined;
    }
    if (continues && open === undefined && offset === 0 && !this.#follows && remaining > 0) {
      this.#open = new SkippedRecord(remaining);
      return undefined;
    }
    if (continues ? open?.left === remaining : open === undefined) return undefined;
    const detail = misfit(start, open?.left ?? 0, formatLsn(this.#lsn(offset)));
    const lsn = open instanceof OpenRecord ? open.start : this.#lsn(offset);
    return { kind: 'continuation', detail, lsn };
  }

  /** Takes in the rest of an unfinished record, and answers where in the page the next one begins. */
  #continue(page: Buffer, offset: number, from: number): number | Stop {
    const open = this.#open;
    if (open === undefined) return from;
    const to = Math.min(page.length, from + open.left);
    if (open instanceof OpenRecord) {
      const problem = this.#absorb(open, page, from, to);
      if (problem !== undefined) return { ...problem, lsn: open.start };
    } else {
      open.absorb(page, from, to);
      this.uncheckedBytes += to - from;
    }
    if (open.left > 0) return page.length;
    this.#open = undefined;
    if (open instanceof OpenRecord) {
      this.#chain.setLast(open.start);
      const head = { bytes: open.head, from: 0, to: Math.min(open.length, open.head.length) };
      this.#count(head, open.start);
    }
    return this.#pad(page, offset, to);
  }

  #absorb(open: OpenRecord, page: Buffer, from: number, to: number): Problem | undefined {
    const had = open.hasHeader;
    open.absorb(page, from, to);
    const problem = !had && open.hasHeader ? this.#chain.problem(open.head, 0) : undefined;
    return problem ?? (open.left === 0 && !open.isIntact ? WRONG_CHECKSUM : undefined);
  }

  #readRecords(page: Buffer, offset: number, from: number): Stop | undefined {
    let at = from;
    while (at < page.length && !this.switched) {
      const length = page.readUInt32LE(at);
      const problem = this.#readRecord(page, at, length, offset);
      if (problem !== undefined) return { ...problem, lsn: this.#lsn(offset + at) };
      if (this.#open !== undefined) return undefined;
      at = this.#pad(page, offset, at + length);
    }
    if (this.switched) {
      this.oddBytes += countNonZero(page, at, page.length);
      this.end = this.#first.segmentSize;
    }
    return undefined;
  }

  /** Reads a record, or begins it where it goes on in the next page. */
  #readRecord(page: Buffer, at: number, length: number, offset: number): Problem | undefined {
    if (length === 0 && isZero(page.subarray(at))) {
      return { kind: 'zeros', detail: 'zeros are where a record must begin' };
    }
    const problem = lengthProblem(length);
    if (problem !== undefined) return problem;
    const to = at + length;
    if (to > page.length) {
      const open = new OpenRecord(this.#lsn(offset + at), length);
      this.#open = open;
      return this.#absorb(open, page, at, page.length);
    }
    const unlinked = this.#chain.problem(page, at);
    if (unlinked !== undefined) return unlinked;
    const body = crc32c(page, 0, at + RECORD_HEADER_BYTES, to);
    if (!checksumHolds(page, at, body)) return WRONG_CHECKSUM;
    this.#chain.setLastOffset(offset + at);
    if (this.records === 0 || isNoted(page, at)) {
      this.#count({ bytes: page, from: at, to }, this.#lsn(offset + at));
    } else {
      this.records += 1;
    }
    return this.#overwriteProblem();
  }

  #count(record: Span, lsn: bigint): void {
    this.records += 1;
    this.firstRecord ??= lsn;
    noteRecord(this.facts, record, { postgres: this.#postgres, lsn });
    this.switched = isSwitch(record);
  }

  /** After a page that takes the place of a record's rest, the next record says of which: it must agree. */
  #overwriteProblem(): Problem | undefined {
    const cut = this.#overwritten;
    if (cut === undefined) return undefined;
    this.#overwritten = undefined;
    if (this.facts.overwritten.at(-1)?.record === cut) return undefined;
    const detail = `the record at ${formatLsn(cut)} is cut, and the WAL goes on without saying so`;
    return { kind: 'continuation', detail };
  }

  /** Records begin at multiples of eight bytes. */
  #pad(page: Buffer, offset: number, to: number): number {
    const next = (to + 7) & ~7;
    this.oddBytes += countNonZero(page, to, next);
    this.end = offset + next;
    return next;
  }

  #lsn(offset: number): bigint {
    return this.#first.address + BigInt(offset);
  }
}
