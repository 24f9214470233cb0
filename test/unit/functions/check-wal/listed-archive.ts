import type { ListedFile, ListNames } from '../../../../functions/check-wal/listing.ts';
import type { Reading } from '../../../../functions/check-wal/observation.ts';
import {
  DEFAULT_SEGMENT_SIZE,
  formatSegmentName,
  formatTimeline,
} from '../../../../shared/postgres-wal/segment-name.ts';

export const READING: Reading = {
  segmentSize: DEFAULT_SEGMENT_SIZE,
  isOurs: () => true,
  rawNamesAreRaw: true,
};

/** Anything that a bucket can hold, by name; a number is its size. */
export const file = (name: string, size = 100, at = 0): ListedFile => ({
  name,
  size,
  lastModified: new Date(at),
  etag: `"${name}"`,
});

/** Names of consecutive segments. */
export const segments = (timeline: number, from: bigint, count: number, suffix = '.gz'): string[] =>
  Array.from({ length: count }, (_, index) => {
    const number = from + BigInt(index);
    return formatSegmentName({ timeline, number }, DEFAULT_SEGMENT_SIZE) + suffix;
  });

export const history = (timeline: number): string => `${formatTimeline(timeline)}.history`;

/** The LIST request of S3 over files that stand in memory; counts what it is asked. */
export const listing = (files: readonly ListedFile[], pageSize = 1_000) => {
  const bytes = (name: string): Buffer => Buffer.from(name, 'utf8');
  const sorted = [...files].sort((a, b) => Buffer.compare(bytes(a.name), bytes(b.name)));
  const names = sorted.map(({ name }) => bytes(name));
  const asked: { after?: string; maxNames?: number }[] = [];
  const list: ListNames = async (query) => {
    asked.push(query);
    const limit = Math.min(query.maxNames ?? pageSize, pageSize);
    const after = query.after === undefined ? undefined : bytes(query.after);
    const first =
      after === undefined ? 0 : names.findIndex((name) => Buffer.compare(name, after) > 0);
    const start = first < 0 ? sorted.length : first;
    const page = sorted.slice(start, start + limit);
    await new Promise(setImmediate);
    return { files: page, last: page.at(-1)?.name, more: start + limit < sorted.length };
  };
  return { list, asked };
};
