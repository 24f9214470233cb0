import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import { parsePageHeader } from '../../shared/postgres-wal/page-header.ts';
import { isSegmentSize, parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { type Opening, openStart } from './inspect-segment.ts';

const sizeIn = (segment: string, start: Uint8Array): number | undefined => {
  const header = parsePageHeader(start);
  if (!header.ok || !isSegmentSize(header.segmentSize)) return undefined;
  const parsed = parseSegmentName(segment, header.segmentSize);
  // A header of another segment says nothing about how the names of this archive count.
  const fits = parsed && parsed.number * BigInt(header.segmentSize) === header.address;
  return fits ? header.segmentSize : undefined;
};

/**
 * The segment size in bytes as the server wrote it into a segment, by a GET of its first bytes. Undefined
 * where it could not be read, for whatever reason. Never rejects.
 */
export const readSegmentSize = async (
  opening: Opening,
  name: string,
): Promise<number | undefined> => {
  const what = classifyArchiveName(name);
  if (what.kind !== 'segment') return undefined;
  try {
    const start = await openStart(opening, name, name.slice(what.segment.length));
    return start?.opened.is === 'open' ? sizeIn(what.segment, start.opened.bytes) : undefined;
  } catch {
    return undefined;
  }
};
