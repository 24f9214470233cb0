import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { IncompleteSetError } from '../backup-set/incomplete-set-error.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { FirstRow } from './copy-columns.ts';
import { DataTally } from './data-tally.ts';

/** What is in a file. Rows and columns are those of COPY, where it has them. */
export type Held = { bytes: number; rows?: number; columns?: number };

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

/**
 * Reads one data file of a dump to its end.
 *
 * @throws {DamageError | NotJudgedError} naming the file.
 */
export const readDataFile = async (
  { open }: BackupSet,
  file: BackupFile,
  holds: string,
  { limits, signal }: { limits: ArchiveLimits; signal: AbortSignal },
): Promise<Held> => {
  const tally = new DataTally();
  const first = new FirstRow();
  // pg_restore takes this for an empty table, and ends well.
  if (file.size === 0 && NEVER_EMPTY.test(file.storedAs)) {
    throw new DamageError('truncated', `${file.storedAs} (${holds}) has 0 bytes`);
  }
  try {
    for await (const piece of open(file)) {
      if (signal.aborted) break;
      tally.push(piece);
      first.push(piece);
      releasePiece(piece);
      if (tally.bytes > limits.expandedBytes && tally.bytes > file.size * limits.ratio) {
        throw new NotJudgedError('over-limit', `${file.storedAs} expands beyond all measure`);
      }
    }
  } catch (error) {
    throw inFile(error, file, holds);
  }
  return { bytes: tally.bytes, rows: tally.rows(), columns: first.columns };
};
