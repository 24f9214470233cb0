import { crc32c } from '../crc32c/crc32c.ts';

export const RECORD_HEADER_BYTES = 24;
/** The checksum covers what is after the header, then the header up to the checksum itself. */
const CHECKSUM_AT = 20;
/** Enough for whatever the facts are read from; records themselves may have a gigabyte. */
const HEAD_BYTES = 256;

/** Format: PostgreSQL xlogrecord.h, XLogRecord; xlogreader.c, ValidXLogRecord. */
export const checksumHolds = (bytes: Buffer, at: number, bodyChecksum: number): boolean =>
  crc32c(bytes, bodyChecksum, at, at + CHECKSUM_AT) === bytes.readUInt32LE(at + CHECKSUM_AT);

/** A record that goes on after its page: of its bytes only the first are kept. */
export class OpenRecord {
  readonly start: bigint;
  readonly length: number;
  readonly head = Buffer.alloc(HEAD_BYTES);
  #got = 0;
  #bodyChecksum = 0;

  constructor(start: bigint, length: number) {
    this.start = start;
    this.length = length;
  }

  get left(): number {
    return this.length - this.#got;
  }

  get hasHeader(): boolean {
    return this.#got >= RECORD_HEADER_BYTES;
  }

  get isIntact(): boolean {
    return checksumHolds(this.head, 0, this.#bodyChecksum);
  }

  /** Takes in the next bytes of it. Never more than are left. */
  absorb(page: Buffer, from: number, to: number): void {
    if (this.#got < HEAD_BYTES) page.copy(this.head, this.#got, from, to);
    const body = from + Math.max(0, RECORD_HEADER_BYTES - this.#got);
    if (body < to) this.#bodyChecksum = crc32c(page, this.#bodyChecksum, body, to);
    this.#got += to - from;
  }

  copy(): OpenRecord {
    const copy = new OpenRecord(this.start, this.length);
    this.head.copy(copy.head);
    copy.#got = this.#got;
    copy.#bodyChecksum = this.#bodyChecksum;
    return copy;
  }
}

/** The rest of a record that began in a segment that was not walked: nothing of it can be checked. */
export class SkippedRecord {
  left: number;

  constructor(left: number) {
    this.left = left;
  }

  absorb(_page: Buffer, from: number, to: number): void {
    this.left -= to - from;
  }

  copy(): SkippedRecord {
    return new SkippedRecord(this.left);
  }
}

export type Unfinished = OpenRecord | SkippedRecord;
