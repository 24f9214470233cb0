import { type ForeignFile, foreignFile } from './foreign-naming.ts';

/** What a file in a WAL archive is, judged by its name alone. Names are without the folder. */
export type ArchiveName =
  | { kind: 'segment'; segment: string; compression?: string }
  /** The unfinished end of a timeline. It never counts as the segment of that name. */
  | { kind: 'partial'; segment: string }
  | { kind: 'history'; timeline: number; compression?: string }
  /** Says which WAL a base backup needs, from `segment` on. */
  | { kind: 'backup-label'; segment: string; compression?: string }
  /** The layout of a tool that names its files otherwise. */
  | ({ kind: 'foreign' } & ForeignFile)
  | { kind: 'other' };

const COMPRESSION = /^(.+)\.(gz|lz4|zst|br|bz2|xz|lzo|lzma)$/s;
const SEGMENT = /^[0-9A-F]{24}$/;
/** pg_receivewal writes `.gz.partial`, an archive_command that compresses `.partial.gz`. */
const PARTIAL = /^([0-9A-F]{24})(?:\.(?:gz|lz4))?\.partial$/;
const HISTORY = /^([0-9A-F]{8})\.history$/;
const LABEL = /^([0-9A-F]{24})\.[0-9A-F]{8}\.backup$/;

/** Takes off at most one suffix: a name that was compressed twice is no name of an archive. */
const uncompressed = (name: string): { stem: string; compression?: string } => {
  const [, stem, compression] = COMPRESSION.exec(name) ?? [];
  return stem === undefined ? { stem: name } : { stem, compression };
};

const capture = (pattern: RegExp, stem: string): string | undefined => pattern.exec(stem)?.[1];

/**
 * Classifies a name below the archive's folder. Whether a segment's third part fits depends on the
 * segment size, which parseSegmentName judges.
 *
 * Names: PostgreSQL xlog_internal.h and xlogarchive.c.
 */
export const classifyArchiveName = (name: string): ArchiveName => {
  const { stem, compression } = uncompressed(name);
  if (SEGMENT.test(stem)) return { kind: 'segment', segment: stem, compression };
  const partial = capture(PARTIAL, stem);
  if (partial !== undefined) return { kind: 'partial', segment: partial };
  const label = capture(LABEL, stem);
  if (label !== undefined) return { kind: 'backup-label', segment: label, compression };
  const timeline = Number.parseInt(capture(HISTORY, stem) ?? '0', 16);
  if (timeline > 0) return { kind: 'history', timeline, compression };
  const foreign = foreignFile(name);
  return foreign === undefined ? { kind: 'other' } : { kind: 'foreign', ...foreign };
};
