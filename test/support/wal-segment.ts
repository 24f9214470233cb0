import { DEFAULT_SEGMENT_SIZE, parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { SWITCH_RECORD, writeSegment } from './write-wal.ts';

type Changes = {
  systemIdentifier?: bigint;
  /** `0xd110`: PostgreSQL 15. */
  magic?: number;
  timeline?: number;
  segmentSize?: number;
};

export const CLUSTER = 7_391_234_567_890_123_456n;

/**
 * The 40 bytes that PostgreSQL begins a segment with (xlog_internal.h, XLogLongPageHeaderData), for the
 * segment that a name says.
 */
export const segmentHeader = (name: string, changes: Changes = {}): Buffer => {
  const { magic = 0xd110, systemIdentifier = CLUSTER } = changes;
  const { segmentSize = DEFAULT_SEGMENT_SIZE } = changes;
  const segment = parseSegmentName(name.slice(0, 24), segmentSize);
  if (segment === undefined) throw new Error(`${name} is no segment`);
  const header = Buffer.alloc(40);
  header.writeUInt16LE(magic, 0);
  header.writeUInt16LE(0x0002, 2);
  header.writeUInt32LE(changes.timeline ?? segment.timeline, 4);
  header.writeBigUInt64LE(segment.number * BigInt(segmentSize), 8);
  header.writeBigUInt64LE(systemIdentifier, 24);
  header.writeUInt32LE(segmentSize, 32);
  header.writeUInt32LE(8_192, 36);
  return header;
};

/**
 * A whole segment that holds nothing but a forced switch, as {@link segmentHeader} begins it. It follows the
 * one of the number before it.
 */
export const wholeSegment = (name: string, changes: Changes = {}): Buffer => {
  const header = segmentHeader(name, changes);
  const segmentSize = header.readUInt32LE(32);
  const number = Number(header.readBigUInt64LE(8) / BigInt(segmentSize));
  const shape = {
    number,
    segmentSize,
    timeline: header.readUInt32LE(4),
    magic: header.readUInt16LE(0),
    // The one before it begins with its switch.
    prev: BigInt(number - 1) * BigInt(segmentSize) + 40n,
  };
  const segment = writeSegment([SWITCH_RECORD], shape);
  header.copy(segment, 24, 24);
  return segment;
};
