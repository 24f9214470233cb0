import { RECORD_HEADER_BYTES } from './open-record.ts';

/** Some bytes of a page, or of the head of a record that is longer than its page. */
export type Span = { bytes: Buffer; from: number; to: number };

/** PostgreSQL xlogrecord.h: what may come before the header of a record's main data. */
const TOP_LEVEL_XID = 252;
const ORIGIN = 253;
const DATA_LONG = 254;
const DATA_SHORT = 255;
const HEADER_BYTES: Readonly<Record<number, number>> = {
  [TOP_LEVEL_XID]: 5,
  [ORIGIN]: 3,
  [DATA_LONG]: 5,
  [DATA_SHORT]: 2,
};

/** The data of a record that holds no pages of tables. Undefined for one that does. */
export const mainDataOf = ({ bytes, from, to }: Span): Span | undefined => {
  let at = from + RECORD_HEADER_BYTES;
  while (at < to) {
    const id = bytes[at] ?? 0;
    const size = HEADER_BYTES[id];
    if (size === undefined) return undefined;
    at += size;
    if (id === DATA_SHORT || id === DATA_LONG) return { bytes, from: at, to };
  }
  return undefined;
};

/** PostgreSQL counts microseconds since 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
/** The last moment that a Date can hold, in milliseconds. */
const LAST_MS = 8.64e15;

const onAClock = (ms: number): number | undefined => (Math.abs(ms) <= LAST_MS ? ms : undefined);

/** A TimestampTz in milliseconds since 1970; undefined where it is none that a clock shows. */
export const timeAt = ({ bytes, from, to }: Span, offset: number): number | undefined => {
  const at = from + offset;
  if (at + 8 > to) return undefined;
  const micros = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return onAClock(EPOCH_MS + Math.floor(micros / 1_000));
};

/** The same for a pg_time_t, which counts seconds since 1970. */
export const secondsAt = ({ bytes, from, to }: Span, offset: number): number | undefined =>
  from + offset + 8 > to
    ? undefined
    : onAClock(Number(bytes.readBigInt64LE(from + offset)) * 1_000);

/** A text that ends with a zero or after `length` bytes. */
export const textAt = ({ bytes, from, to }: Span, offset: number, length: number): string => {
  const field = bytes.subarray(from + offset, Math.min(to, from + offset + length));
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
};
