import { NotJudgedError } from '../backup-encoding/damage-error.ts';
import { corrupt, readCount, readInt, readText, requireText, skipText } from './archive-fields.ts';
import type { ArchiveHead } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { ByteReader } from './byte-reader.ts';
import { countCopyColumns } from './copy-columns.ts';
import { readDefinition } from './entry-definition.ts';
import { judgeKind } from './entry-kinds.ts';

/** Where an entry's data is: a place in the file (custom), or a member of the tar. */
export type DataPlace = { offset?: number; member?: string };

/** An entry that has data. */
export type DataEntry = DataPlace & {
  id: number;
  /** `TABLE DATA`, `BLOBS`, … */
  kind: string;
  /** With its schema, where it has one. */
  name: string;
  /** Whether the data is that of COPY, with its end marked; otherwise INSERTs or large objects. */
  isCopy: boolean;
  /** Of COPY: how many columns its statement names, where it names any. */
  columns?: number;
};

export type Toc = {
  entries: number;
  data: Map<number, DataEntry>;
  /** Entries that define something of the database. */
  objects: number;
  extensions: Set<string>;
  /** Who owns something. */
  roles: Set<string>;
  /** Of all text in the dump, e.g. `UTF8`. */
  encoding?: string;
  /** CRC-32 of all of it but the places of data in a custom dump, which are written in when they are known. */
  sum: number;
};

/** Entries that set up the session, the database itself, or say something of another entry. */
export const NO_OBJECTS = new Set([
  'ENCODING',
  'STDSTRINGS',
  'SEARCHPATH',
  'DATABASE',
  'DATABASE PROPERTIES',
  'TABLE DATA',
  'BLOBS',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'ACL',
  'COMMENT',
  'SECURITY LABEL',
]);
/** Names that are kept of extensions and of roles. */
const KEPT_NAMES = 1_000;

/** Since when the table access method, and the kind of relation, are stored. */
const ACCESS_METHOD = 14;
const RELATION_KIND = 16;
const NUMBER = /^\d{1,10}$/;
/** Source: enum _teSection; SECTION_NONE is 1, SECTION_POST_DATA is 4. */
const SECTIONS = 4;

const readNumber = async (reader: ByteReader, limit: number, what: string): Promise<number> => {
  const text = await requireText(reader, limit, what);
  if (!NUMBER.test(text)) throw corrupt(reader, `${what} is no number`);
  return Number(text);
};

const readKind = async (reader: ByteReader, limit: number): Promise<string> => {
  const kind = await requireText(reader, limit, 'the kind of an entry');
  const judged = judgeKind(kind);
  if (judged === 'broken') throw corrupt(reader, 'the kind of an entry is none');
  if (judged === 'foreign') {
    throw new NotJudgedError(
      'format-not-supported',
      `its table of contents holds a "${kind}", which this version does not know`,
    );
  }
  return kind;
};

/** How far each entry's first dependency reaches can only be judged when all ids are known. */
const readDependencies = async (reader: ByteReader): Promise<number[]> => {
  const first: number[] = [];
  for (;;) {
    const text = await readText(reader, 16);
    if (text === undefined) return first;
    if (!NUMBER.test(text) || Number(text) === 0)
      throw corrupt(reader, 'a dependency is no number');
    if (first.length === 0) first.push(Number(text));
  }
};

const OFFSET_STATES = { notSet: 1, set: 2, noData: 3 };

/** Source: _ReadExtraToc of pg_backup_custom.c (a state and an offset) and pg_backup_tar.c (a name). */
const readPlace = async (
  reader: ByteReader,
  format: ArchiveHead['format'],
  hasData: boolean,
): Promise<DataPlace> => {
  if (format === 'tar') {
    const member = (await readText(reader, 100)) ?? '';
    if ((member !== '') !== hasData) throw corrupt(reader, 'an entry and its member disagree');
    return hasData ? { member } : {};
  }
  const { sum } = reader;
  const bytes = await reader.take(9);
  reader.sum = sum;
  const state = bytes.readUInt8();
  const offset = bytes.readBigUInt64LE(1);
  if (state < 1 || state > 3 || (state === OFFSET_STATES.noData) === hasData) {
    throw corrupt(reader, 'an entry contradicts itself about its data');
  }
  if (state !== OFFSET_STATES.set && offset !== 0n) {
    throw corrupt(reader, 'an entry says where its data is, and that this is not known');
  }
  return state === OFFSET_STATES.set ? { offset: Number(offset) } : {};
};

type Entry = {
  id: number;
  kind: string;
  tag: string;
  owner: string;
  /** That this entry sets. */
  encoding?: string;
  firstDependency?: number;
  data?: DataEntry;
};

const readEntry = async (
  reader: ByteReader,
  { minor, format }: ArchiveHead,
  { textBytes }: ArchiveLimits,
): Promise<Entry> => {
  const id = await readInt(reader);
  if (id <= 0) throw corrupt(reader, `the id of an entry is ${id}`);
  const dumper = await readInt(reader);
  if (dumper !== 0 && dumper !== 1) throw corrupt(reader, 'whether an entry has data is not said');
  await readNumber(reader, textBytes, 'the catalog of an entry');
  await readNumber(reader, textBytes, 'the oid of an entry');
  const tag = await requireText(reader, textBytes, 'the name of an entry');
  const kind = await readKind(reader, textBytes);
  const section = await readInt(reader);
  if (section < 1 || section > SECTIONS) throw corrupt(reader, `the section is ${section}`);
  const { fault, encoding } = await readDefinition(reader, kind);
  if (fault !== undefined) throw corrupt(reader, fault);
  await skipText(reader); // DROP
  const statement = (await readText(reader, textBytes)) ?? '';
  const schema = await readText(reader, textBytes);
  await skipText(reader); // tablespace
  if (minor >= ACCESS_METHOD) await skipText(reader);
  if (minor >= RELATION_KIND) await readInt(reader);
  const owner = (await readText(reader, textBytes)) ?? '';
  const withOids = await requireText(reader, textBytes, 'a flag');
  if (withOids !== 'false' && withOids !== 'true') throw corrupt(reader, 'a flag is none');
  const [firstDependency] = await readDependencies(reader);
  const place = await readPlace(reader, format, dumper === 1);
  const dependency = kind === 'TABLE DATA' && { firstDependency };
  const entry: Entry = { id, kind, tag, owner, encoding, ...dependency };
  if (dumper === 0) return entry;
  const name = schema ? `${schema}.${tag}` : tag;
  const columns = countCopyColumns(statement);
  const copy = { isCopy: statement !== '', ...(columns !== undefined && { columns }) };
  return { ...entry, data: { ...place, id, kind, name, ...copy } };
};

const keepNames = (toc: Toc, { kind, tag, owner }: Entry): void => {
  // Every database has a schema public; some versions write it down.
  const isEverywhere = kind === 'SCHEMA' && tag === 'public';
  if (!NO_OBJECTS.has(kind) && !isEverywhere) toc.objects += 1;
  if (kind === 'EXTENSION' && toc.extensions.size < KEPT_NAMES) toc.extensions.add(tag);
  if (owner !== '' && toc.roles.size < KEPT_NAMES) toc.roles.add(owner);
};

/**
 * Reads the table of contents and keeps what has data, and the names of extensions and owners.
 * Source: WriteToc and ReadToc of pg_backup_archiver.c.
 *
 * @throws {DamageError} `truncated` or `corrupt`.
 * @throws {NotJudgedError} `over-limit`.
 */
export const readToc = async (
  reader: ByteReader,
  head: ArchiveHead,
  limits: ArchiveLimits,
): Promise<Toc> => {
  reader.inside = 'the table of contents';
  reader.sum = 0;
  const entries = await readCount(reader, 'the number of entries');
  const ids = new Set<number>();
  const data: Toc['data'] = new Map();
  const toc: Toc = { entries, data, objects: 0, extensions: new Set(), roles: new Set(), sum: 0 };
  let newest = 0;
  let farthest = 0;
  for (let index = 0; index < entries; index += 1) {
    if (index === limits.tocEntries || data.size > limits.dataEntries) {
      throw new NotJudgedError('over-limit', `its table of contents has ${entries} entries`);
    }
    const entry = await readEntry(reader, head, limits);
    if (ids.has(entry.id)) throw corrupt(reader, `two entries have the id ${entry.id}`);
    ids.add(entry.id);
    newest = Math.max(newest, entry.id);
    farthest = Math.max(farthest, entry.firstDependency ?? 0);
    if (entry.data !== undefined) data.set(entry.id, entry.data);
    toc.encoding ??= entry.encoding;
    reader.isUtf8 = toc.encoding === 'UTF8';
    keepNames(toc, entry);
  }
  if (farthest > newest) throw corrupt(reader, `the data of a table ${farthest} that is not there`);
  toc.sum = reader.sum;
  reader.sum = undefined;
  return toc;
};
