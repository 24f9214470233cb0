import { DamageError } from '../backup-encoding/damage-error.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { IncompleteSetError } from '../backup-set/incomplete-set-error.ts';
import type { DataEntry } from './archive-entry.ts';
import { corrupt } from './archive-fields.ts';
import { type ArchiveHead, readHead } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { readToc, type Toc } from './archive-toc.ts';
import { ByteReader } from './byte-reader.ts';
import { inFile } from './directory-file.ts';

export const TOC_FILE = 'toc.dat';

/** The table of contents, and the data file of each entry that has one, in its order. */
export type DirectoryToc = { head: ArchiveHead; toc: Toc; files: Map<string, DataEntry> };

/** Source: _ArchiveEntry of pg_backup_directory.c; the list is numbered since PostgreSQL 17. */
const fileOf = ({ id, kind, member }: DataEntry): string | undefined => {
  const names = kind === 'BLOBS' ? ['blobs.toc', `blobs_${id}.toc`] : [`${id}.dat`];
  return names.find((name) => name === member);
};

const readAll = async (reader: ByteReader, limits: ArchiveLimits): Promise<DirectoryToc> => {
  const head = await readHead(reader);
  // pg_dump gives a directory's table of contents the number of the tar format.
  if (head.format !== 'tar') throw corrupt(reader, `the format is ${head.format}`);
  const toc = await readToc(reader, head, limits);
  const files: DirectoryToc['files'] = new Map();
  for (const entry of toc.data.values()) {
    const file = fileOf(entry);
    if (file === undefined) {
      const named = JSON.stringify(entry.member);
      throw corrupt(reader, `the file of ${entry.name} is not to be named ${named}`);
    }
    if (files.has(file)) throw corrupt(reader, `${file} is named twice`);
    files.set(file, entry);
  }
  if (!(await reader.atEnd())) {
    throw new DamageError('trailing-data', `something follows its last byte, ${reader.position}`);
  }
  return { head, toc, files };
};

/**
 * Reads `toc.dat` of a dump in the directory format.
 *
 * @throws {DamageError} also `truncated` where there is none: pg_dump writes it last.
 * @throws {NotJudgedError} another version of the format; more than `limits` allow.
 */
export const readDirectoryToc = async (
  { files, open }: BackupSet,
  limits: ArchiveLimits,
): Promise<DirectoryToc> => {
  const file = files.find(({ name }) => name === TOC_FILE);
  if (file === undefined) {
    throw new IncompleteSetError(
      'there is no toc.dat, which pg_dump writes last: it did not end, or not all of it was copied',
    );
  }
  const reader = new ByteReader(open(file));
  try {
    return await readAll(reader, limits);
  } catch (error) {
    throw inFile(error, file, 'the table of contents');
  } finally {
    await reader.close();
  }
};

/** By the name that the table of contents uses. Two dumps in one folder may have the same one twice. */
export const indexFiles = (files: readonly BackupFile[]): Map<string, BackupFile> => {
  const index = new Map<string, BackupFile>();
  for (const file of files) {
    const other = index.get(file.name);
    if (other !== undefined) {
      throw new DamageError(
        'corrupt',
        `${other.storedAs} and ${file.storedAs} are both there: files of two dumps are mixed`,
      );
    }
    index.set(file.name, file);
  }
  return index;
};
