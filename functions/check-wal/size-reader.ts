import { constants, gunzipSync } from 'node:zlib';
import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import { PAGE_HEADER_BYTES, parsePageHeader } from '../../shared/postgres-wal/page-header.ts';
import { isSegmentSize, parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import type { ArchiveClient } from './archive-client.ts';

/** Far more than a gzip header and the first deflate tables take. */
const ENOUGH_BYTES = 4_096;
/** Deflate grows at most about a thousandfold. */
const INFLATED = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1_100 * ENOUGH_BYTES };

const sizeIn = (segment: string, start: Uint8Array): number | undefined => {
  const inflated = gunzipSync(start, INFLATED).subarray(0, PAGE_HEADER_BYTES);
  const header = parsePageHeader(inflated);
  if (!header.ok || !isSegmentSize(header.segmentSize)) return undefined;
  const parsed = parseSegmentName(segment, header.segmentSize);
  // A header of another segment says nothing about how the names of this archive count.
  const fits = parsed && parsed.number * BigInt(header.segmentSize) === header.address;
  return fits ? header.segmentSize : undefined;
};

/**
 * The segment size in bytes as the server wrote it into a segment compressed with gzip, by one GET of
 * its first bytes. Undefined where it could not be read, for whatever reason. Never rejects.
 */
export const readSegmentSize = async (
  client: Pick<ArchiveClient, 'readStart'>,
  name: string,
): Promise<number | undefined> => {
  const what = classifyArchiveName(name);
  if (what.kind !== 'segment' || what.compression !== 'gz') return undefined;
  try {
    return sizeIn(what.segment, await client.readStart(name, ENOUGH_BYTES));
  } catch {
    return undefined;
  }
};
