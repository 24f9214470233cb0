import { NotJudgedError } from '../backup-encoding/damage-error.ts';
import { corrupt, readInt, readText, requireText, skipText } from './archive-fields.ts';
import type { ArchiveHead } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { ByteReader } from './byte-reader.ts';
import { type CopyStatement, readCopyStatement } from './copy-columns.ts';
import { isSameName } from './definition-words.ts';
import { readDefinition, type Session } from './entry-definition.ts';
import { judgeKind } from './entry-kinds.ts';
import { saysPartitionRoot } from './partition-root.ts';

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
  columns?: number | undefined;
};

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

/** Names that are kept. Those of PostgreSQL have 63 bytes; a function's has its arguments behind it. */
const NAME_BYTES = 1_024;
const KEPT = new Set(['EXTENSION']);

export type Entry = {
  id: number;
  kind: string;
  tag: string;
  owner: string;
  firstDependency?: number | undefined;
  /** Large objects that it makes. */
  oids: number[] | undefined;
  data?: DataEntry;
};

const readCopy = async (reader: ByteReader, limit: number): Promise<CopyStatement | undefined> => {
  const statement = (await readText(reader, limit)) ?? '';
  const copy = readCopyStatement(statement);
  if (copy === undefined && statement !== '') {
    throw corrupt(reader, 'the COPY of an entry is none that pg_dump writes');
  }
  return copy;
};

/**
 * Reads one entry of a table of contents. Source: WriteToc and ReadToc of pg_backup_archiver.c.
 *
 * @param session what the entries before have set; this one may set more.
 * @throws {DamageError} `truncated` or `corrupt`; {NotJudgedError} a kind of entry that is not known.
 */
export const readEntry = async (
  reader: ByteReader,
  { minor, format, dumpVersion }: ArchiveHead,
  { textBytes }: ArchiveLimits,
  session: Session,
): Promise<Entry> => {
  const id = await readInt(reader);
  if (id <= 0) throw corrupt(reader, `the id of an entry is ${id}`);
  const dumper = await readInt(reader);
  if (dumper !== 0 && dumper !== 1) throw corrupt(reader, 'whether an entry has data is not said');
  await readNumber(reader, textBytes, 'the catalog of an entry');
  await readNumber(reader, textBytes, 'the oid of an entry');
  const tag = await requireText(reader, textBytes, 'the name of an entry');
  const kind = await readKind(reader, textBytes);
  const isKept = dumper === 1 || KEPT.has(kind);
  if (isKept && tag.length > NAME_BYTES) {
    throw corrupt(reader, `the name of a ${kind} has ${tag.length} characters`);
  }
  const section = await readInt(reader);
  if (section < 1 || section > SECTIONS) throw corrupt(reader, `the section is ${section}`);
  const { name: defined, oids, partitionRoot } = await readDefinition(reader, kind, session);
  const copy = await readCopy(reader, textBytes);
  const schema = (await readText(reader, NAME_BYTES)) ?? '';
  if (defined !== undefined && !isSameName(defined, { schema, name: tag })) {
    throw corrupt(reader, `the definition of ${kind} ${tag} is that of ${defined}`);
  }
  const into = copy?.table.replaceAll(/[\r\n]/g, ' ');
  const isElsewhere = copy !== undefined && !isSameName(copy.table, { schema, name: tag });
  if (isElsewhere && into !== partitionRoot && saysPartitionRoot(dumpVersion)) {
    throw corrupt(reader, `the rows of ${tag} go into ${into}`);
  }
  await skipText(reader); // tablespace
  if (minor >= ACCESS_METHOD) await skipText(reader);
  if (minor >= RELATION_KIND) await readInt(reader);
  const owner = (await readText(reader, NAME_BYTES)) ?? '';
  const withOids = await requireText(reader, textBytes, 'a flag');
  if (withOids !== 'false' && withOids !== 'true') throw corrupt(reader, 'a flag is none');
  const [firstDependency] = await readDependencies(reader);
  const place = await readPlace(reader, format, dumper === 1);
  const name = schema === '' ? tag : `${schema}.${tag}`;
  const entry: Entry = { id, kind, tag, owner, oids };
  if (kind === 'TABLE DATA') entry.firstDependency = firstDependency;
  if (dumper === 0) return entry;
  const isCopy = copy !== undefined;
  return { ...entry, data: { ...place, id, kind, name, isCopy, columns: copy?.columns } };
};
