/** What a dump may ask for before it is left unjudged. Real dumps are far below. */
export type ArchiveLimits = {
  tocEntries: number;
  /** Entries with data: these are remembered until their data is met. */
  dataEntries: number;
  /** Of a name or a short statement that is kept while it is judged. */
  textBytes: number;
  /** Decompressed bytes for each compressed one, once there are more than `expandedBytes` of them. */
  ratio: number;
  expandedBytes: number;
};

export const ARCHIVE_LIMITS: ArchiveLimits = {
  tocEntries: 2_000_000,
  dataEntries: 250_000,
  textBytes: 256 * 1024,
  // zlib cannot exceed 1,032; zstd reaches some thousands with a table of equal rows.
  ratio: 20_000,
  expandedBytes: 1024 ** 3,
};
