import { crc32c } from '../../shared/crc32c/crc32c.ts';

export type WalShape = {
  magic?: number;
  timeline?: number;
  number?: number;
  segmentSize?: number;
  blockSize?: number;
  /** Where the last record before this segment begins. */
  prev?: bigint;
};

/** A body is what follows the record's header; without one it holds `data`. */
export type WalRecord = { manager?: number; info?: number; body?: Buffer; data?: Buffer };

/** The record of a forced switch. */
export const SWITCH_RECORD: WalRecord = { manager: 0, info: 0x40, body: Buffer.alloc(0) };

const pad8 = (bytes: number): number => (bytes + 7) & ~7;

/** Main data with the header before it that PostgreSQL expects. */
const withHeader = (data: Buffer): Buffer => {
  const header = Buffer.alloc(data.length < 256 ? 2 : 5);
  header.writeUInt8(data.length < 256 ? 255 : 254);
  if (data.length < 256) header.writeUInt8(data.length, 1);
  else header.writeUInt32LE(data.length, 1);
  return Buffer.concat([header, data]);
};

const recordBytes = (
  { manager = 21, info = 0, data = Buffer.alloc(40, 7), body = withHeader(data) }: WalRecord,
  prev: bigint,
) => {
  const bytes = Buffer.alloc(24 + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeBigUInt64LE(prev, 8);
  bytes.writeUInt8(info, 16);
  bytes.writeUInt8(manager, 17);
  body.copy(bytes, 24);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 20), crc32c(body)), 20);
  return bytes;
};

/**
 * A segment of any shape with the records given, as PostgreSQL lays them out, and zeros after them; what
 * does not fit is left out. Checked against pg_waldump in test/peers.
 */
export const writeSegment = (records: readonly WalRecord[], shape: WalShape = {}): Buffer => {
  const { magic = 0xd110, timeline = 1, number = 5 } = shape;
  const { segmentSize = 1_048_576, blockSize = 8_192 } = shape;
  const address = BigInt(number) * BigInt(segmentSize);
  const segment = Buffer.alloc(segmentSize);
  let at = 0;
  const startPage = (remaining: number): void => {
    const isFirst = at === 0;
    segment.writeUInt16LE(magic, at);
    segment.writeUInt16LE((isFirst ? 2 : 0) | (remaining > 0 ? 1 : 0), at + 2);
    segment.writeUInt32LE(timeline, at + 4);
    segment.writeBigUInt64LE(address + BigInt(at), at + 8);
    segment.writeUInt32LE(remaining, at + 16);
    if (isFirst) {
      segment.writeBigUInt64LE(7_000_000_000_000_000_007n, 24);
      segment.writeUInt32LE(segmentSize, 32);
      segment.writeUInt32LE(blockSize, 36);
    }
    at += isFirst ? 40 : 24;
  };
  let prev = shape.prev ?? (address > 0n ? address - 64n : 0n);
  for (const record of records) {
    if (at >= segmentSize) break;
    if (at % blockSize === 0) startPage(0);
    const bytes = recordBytes(record, prev);
    prev = address + BigInt(at);
    for (let done = 0; done < bytes.length && at < segmentSize; ) {
      if (at % blockSize === 0) startPage(bytes.length - done);
      const fits = Math.min(bytes.length - done, blockSize - (at % blockSize));
      bytes.copy(segment, at, done, done + fits);
      done += fits;
      at = pad8(at + fits);
    }
  }
  return segment;
};
