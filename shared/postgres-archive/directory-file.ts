import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { IncompleteSetError } from '../backup-set/incomplete-set-error.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { type DataShape, DataTally } from './data-tally.ts';

/** What is in a file; rows where it ends as COPY does. */
export type Held = { bytes: number; rows?: number };

/** Says of damage which file it is in, and what that file holds. */
export const inFile = (error: unknown, file: BackupFile, holds: string): unknown => {
  if (!(error instanceof DamageError)) return error;
  const detail = `${file.storedAs} (${holds}): ${error.message}`;
  const options = { cause: error };
  return error instanceof IncompleteSetError
    ? new IncompleteSetError(detail, options)
    : new DamageError(error.damage, detail, options);
};

/** An empty gzip, xz or bzip2 file has some bytes. lz4 and zstd of pg_dump write none for nothing. */
const NEVER_EMPTY = /\.(gz|xz|bz2)$/;

export type FileReading = { limits: ArchiveLimits; signal: AbortSignal };

/**
 * Reads one data file of a dump to its end.
 *
 * @param what the table whose rows it has, or only what it holds.
 * @throws {DamageError | NotJudgedError} naming the file.
 */
export const readDataFile = async (
  { open }: BackupSet,
  file: BackupFile,
  what: DataShape | string,
  { limits, signal }: FileReading,
): Promise<Held> => {
  const holds = typeof what === 'string' ? what : what.name;
  // pg_restore takes this for an empty table, and ends well.
  if (file.size === 0 && NEVER_EMPTY.test(file.storedAs)) {
    throw new DamageError('truncated', `${file.storedAs} (${holds}) has 0 bytes`);
  }
  const tally = typeof what === 'string' ? undefined : new DataTally(what);
  let bytes = 0;
  try {
    for await (const piece of open(file)) {
      if (signal.aborted) break;
      bytes += piece.length;
      tally?.push(piece);
      releasePiece(piece);
      if (bytes > limits.expandedBytes && bytes > file.size * limits.ratio) {
        throw new NotJudgedError('over-limit', `${file.storedAs} expands beyond all measure`);
      }
    }
  } catch (error) {
    throw inFile(error, file, holds);
  }
  return { bytes, rows: tally?.rows() };
};
