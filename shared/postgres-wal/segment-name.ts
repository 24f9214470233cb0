/** One WAL segment: which timeline wrote it, and its place in the sequence from LSN 0. */
export type Segment = { timeline: number; number: bigint };

const MB = 1024 ** 2;
const LOG_BYTES = 0x1_0000_0000n;

/** What PostgreSQL uses where nobody chose another size at `initdb --wal-segsize`. */
export const DEFAULT_SEGMENT_SIZE = 16 * MB;

/** The names of one segment size run from 0 to this in their third part, then the second goes up. */
export const segmentsPerLog = (segmentSize: number): bigint => LOG_BYTES / BigInt(segmentSize);

/** Whether PostgreSQL can be initialised with it: a power of two from 1 MB to 1 GB, in bytes. */
export const isSegmentSize = (bytes: number): boolean =>
  Number.isInteger(bytes) &&
  bytes >= MB &&
  bytes <= 1024 * MB &&
  Number.isInteger(Math.log2(bytes));

const hex8 = (value: number | bigint): string => value.toString(16).toUpperCase().padStart(8, '0');

/** The eight digits that every name of a timeline begins with. */
export const formatTimeline = (timeline: number): string => hex8(timeline);

const NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/**
 * Reads 24 upper-case hex digits: timeline, number / N and number mod N, N being the segments that
 * 4 GB hold. Answers undefined for anything else, a third part of N or more and timeline 0 included.
 * Format: PostgreSQL xlog_internal.h, XLogFromFileName.
 */
export const parseSegmentName = (name: string, segmentSize: number): Segment | undefined => {
  const [, timeline, log, part] = NAME.exec(name) ?? [];
  if (timeline === undefined || log === undefined || part === undefined) return undefined;
  const perLog = segmentsPerLog(segmentSize);
  const rest = BigInt(`0x${part}`);
  const id = Number.parseInt(timeline, 16);
  if (id === 0 || rest >= perLog) return undefined;
  return { timeline: id, number: BigInt(`0x${log}`) * perLog + rest };
};

/** The name under which PostgreSQL archives a segment. The inverse of {@link parseSegmentName}. */
export const formatSegmentName = ({ timeline, number }: Segment, segmentSize: number): string => {
  const perLog = segmentsPerLog(segmentSize);
  return hex8(timeline) + hex8(number / perLog) + hex8(number % perLog);
};
