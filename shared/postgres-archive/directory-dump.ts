import { DamageError } from '../backup-encoding/damage-error.ts';
import type { BackupFile, BackupSet } from '../backup-set/backup-set.ts';
import { IncompleteSetError } from '../backup-set/incomplete-set-error.ts';
import { readParallel } from '../backup-set/read-parallel.ts';
import type { DataEntry } from './archive-entry.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.ts';
import { type Held, inFile, readDataFile } from './directory-file.ts';
import { type DirectoryToc, indexFiles, readDirectoryToc, TOC_FILE } from './directory-toc.ts';
import { type ArchiveContents, archiveContents, ContentsTally } from './dump-contents.ts';
import { readLargeObjectList } from './large-object-list.ts';

/** Of large files few at once: each has parts in memory. Of small ones many, since each waits for its answer. */
const PARALLEL = { large: 3, small: 16 };
const LARGE_BYTES = 4 * 1024 * 1024;

/** A file with rows or a large object in it. */
type DataFile = { file: BackupFile; holds: string; entry?: DataEntry; oid?: number };

type Walk = {
  set: BackupSet;
  limits: ArchiveLimits;
  index: Map<string, BackupFile>;
  /** Of the rows, e.g. `UTF8`. */
  encoding: string | undefined;
};

const nameSome = (names: string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

const requireFiles = ({ index }: Walk, names: ReadonlyMap<string, string>, by: string): void => {
  const missing = [...names].filter(([name]) => !index.has(name));
  if (missing.length === 0) return;
  const shown = nameSome(missing.map(([name, holds]) => `${name} (${holds})`));
  throw new IncompleteSetError(
    `${missing.length} of ${names.size} files that ${by} names are missing: ${shown}`,
  );
};

/** The large objects that a list names, each of which must be there. */
const readList = async (walk: Walk, name: string): Promise<DataFile[]> => {
  const file = walk.index.get(name);
  if (file === undefined) return [];
  try {
    const objects = await readLargeObjectList(walk.set.open(file), walk.limits.tocEntries);
    const named = new Map(objects.map((object) => [object.file, `large object ${object.oid}`]));
    requireFiles(walk, named, name);
    return objects.flatMap(({ oid, file: member }) => {
      const found = walk.index.get(member);
      return found === undefined ? [] : [{ file: found, holds: `large object ${oid}`, oid }];
    });
  } catch (error) {
    throw inFile(error, file, 'a list of large objects');
  }
};

const readLists = async (walk: Walk, { files }: DirectoryToc): Promise<DataFile[]> => {
  const objects = new Map<string, DataFile>();
  const lists = [...files].filter(([, { kind }]) => kind === 'BLOBS');
  await readParallel(lists, PARALLEL.small, async ([name]) => {
    for (const object of await readList(walk, name)) {
      if (objects.has(object.file.name)) {
        throw new DamageError('corrupt', `${object.holds} is listed twice`);
      }
      objects.set(object.file.name, object);
    }
  });
  return [...objects.values()];
};

const readTables = ({ index }: Walk, { files }: DirectoryToc): DataFile[] =>
  [...files].flatMap(([name, entry]) => {
    const file = index.get(name);
    return file === undefined || entry.kind === 'BLOBS' ? [] : [{ file, holds: entry.name, entry }];
  });

const judgeTable = ({ name, isCopy }: DataEntry, file: BackupFile, found: Held): void => {
  const place = `${file.storedAs} (${name})`;
  if (found.bytes === 0) {
    throw new DamageError('truncated', `${place} is empty, as pg_dump leaves none`);
  }
  if (!isCopy) return;
  if (found.rows === undefined) {
    throw new DamageError('corrupt', `the rows of ${place} are not ended as pg_dump ends them`);
  }
};

/** What every file holds; the larger ones are begun first. */
const readData = async (walk: Walk, data: DataFile[]): Promise<Map<DataFile, Held>> => {
  const { set, limits, encoding } = walk;
  const held = new Map<DataFile, Held>();
  const read = async (one: DataFile, signal: AbortSignal): Promise<void> => {
    const what = one.entry === undefined ? one.holds : { ...one.entry, encoding };
    const found = await readDataFile(set, one.file, what, { limits, signal });
    if (signal.aborted) return;
    if (one.entry !== undefined) judgeTable(one.entry, one.file, found);
    held.set(one, found);
  };
  const bySize = data.toSorted((a, b) => b.file.size - a.file.size);
  const isLarge = ({ file }: DataFile): boolean => file.size > LARGE_BYTES;
  await readParallel(bySize.filter(isLarge), PARALLEL.large, read);
  const small = bySize.filter((one) => !isLarge(one));
  await readParallel(small, PARALLEL.small, read);
  return held;
};

/** What pg_restore would pass over: rows or large objects of another dump, or of this one. */
const refuseExtra = ({ set }: Walk, { files }: DirectoryToc, data: DataFile[]): void => {
  const known = new Set([TOC_FILE, ...files.keys(), ...data.map(({ file }) => file.name)]);
  const extra = set.files.filter(({ name }) => !known.has(name));
  if (extra.length === 0) return;
  const names = nameSome(extra.map(({ storedAs }) => storedAs).sort());
  throw new DamageError(
    'trailing-data',
    `${extra.length} of its files ${extra.length === 1 ? 'is' : 'are'} named nowhere in it, and nothing restores what is named nowhere: ${names}`,
  );
};

/**
 * Reads a dump in the directory format (`pg_dump -Fd`) to the last byte of each file: `toc.dat`, a file for
 * every entry with data, decompressed, every large object that a list names, and no other. Several files
 * at once; constant memory but for what is known of each file.
 *
 * `set.files` are only those whose names are of this format: what else lies in the folder is not judged.
 * Without compression the format has no checksum: a changed byte within a row cannot be seen.
 *
 * @throws {DamageError} what is wrong with the bytes, naming the file.
 * @throws {NotJudgedError} another version of the format; more than `limits` allow.
 */
export const walkDirectoryDump = async (
  set: BackupSet,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveContents> => {
  const contents = await readDirectoryToc(set, limits);
  const index = indexFiles(set.files);
  const walk = { set, limits, index, encoding: contents.toc.session.encoding };
  const named = new Map(
    [...contents.files].map(([file, { name, kind }]) => [
      file,
      kind === 'BLOBS' ? 'large objects' : name,
    ]),
  );
  requireFiles(walk, named, TOC_FILE);
  const data = [...readTables(walk, contents), ...(await readLists(walk, contents))];
  const held = await readData(walk, data);
  refuseExtra(walk, contents, data);
  const tally = new ContentsTally();
  for (const one of data) {
    const { bytes = 0, rows } = held.get(one) ?? {};
    if (one.oid !== undefined) {
      contents.toc.largeObjects.give(one.oid);
      tally.addLargeObject(one.oid, bytes);
    } else if (one.entry?.kind === 'TABLE DATA') tally.addTable(one.entry.name, bytes, rows);
  }
  return archiveContents(tally, contents.head, contents.toc);
};
