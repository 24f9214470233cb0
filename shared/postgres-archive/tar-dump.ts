import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import type { TarMember } from '../tar/tar-header.ts';
import { walkTar } from '../tar/tar-walk.ts';
import type { DataEntry } from './archive-entry.ts';
import { corrupt } from './archive-fields.ts';
import { type ArchiveHead, readHead } from './archive-head.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.ts';
import { readToc, type Toc } from './archive-toc.ts';
import { ByteReader } from './byte-reader.ts';
import { DataTally } from './data-tally.ts';
import { type ArchiveContents, archiveContents, ContentsTally } from './dump-contents.ts';

const PIECE_BYTES = 64 * 1024;
/** Since when there may be several lists of large objects. */
const LISTS_NUMBERED = 16;
const LIST_LINE = /^(\d{1,10}) (blob_\d{1,10}\.dat)$/;

type State = {
  reader: ByteReader;
  limits: ArchiveLimits;
  head?: ArchiveHead;
  toc?: Toc;
  /** Members that the table of contents names and that were not met so far. */
  missing: Map<string, DataEntry>;
  /** Large objects stand before the list that names them. */
  unlisted: Set<string>;
  hasScript: boolean;
  contents: ContentsTally;
};

/** The member's bytes in pieces; each is good until the next. */
async function* readMember(reader: ByteReader, size: number): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafe(Math.min(size, PIECE_BYTES));
  for (let left = size; left > 0; ) {
    if (reader.buffered === 0 && (await reader.atEnd())) await reader.take(1);
    const count = reader.copyBuffered(piece, 0, Math.min(left, piece.length));
    left -= count;
    yield piece.subarray(0, count);
  }
}

const readContents = async (state: State): Promise<void> => {
  const { reader } = state;
  const head = await readHead(reader);
  if (head.format !== 'tar') throw corrupt(reader, `the format is ${head.format}`);
  if (head.compression !== 'none') {
    throw new NotJudgedError(
      'format-not-supported',
      `a tar whose members are compressed (${head.compression}) is not read by this version`,
    );
  }
  const toc = await readToc(reader, head, state.limits);
  for (const entry of toc.data.values()) {
    if (entry.member !== `${entry.id}.dat`) {
      throw corrupt(reader, `the member of ${entry.name} is not to be named "${entry.member}"`);
    }
    // Large objects have members of their own, and a list of them in place of the one that is named.
    const list = head.minor < LISTS_NUMBERED ? 'blobs.toc' : `blobs_${entry.id}.toc`;
    const member = entry.kind === 'BLOBS' ? list : entry.member;
    if (state.missing.has(member)) throw corrupt(reader, `${member} is named twice`);
    state.missing.set(member, entry);
  }
  state.head = head;
  state.toc = toc;
};

const readTable = async (state: State, entry: DataEntry, { size, name }: TarMember) => {
  const tally = new DataTally({ ...entry, encoding: state.toc?.session.encoding });
  for await (const piece of readMember(state.reader, size)) tally.push(piece);
  const rows = tally.rows();
  if (entry.isCopy && rows === undefined) {
    throw new DamageError(
      'corrupt',
      `the rows of ${entry.name} (${name}) are not ended as pg_dump ends them`,
    );
  }
  state.contents.addTable(entry.name, tally.bytes, rows);
};

/** A line for each large object: its oid and its member. */
const readList = async (state: State, { size, name }: TarMember): Promise<void> => {
  const take = (line: string): void => {
    const member = LIST_LINE.exec(line)?.[2];
    if (member === undefined || !state.unlisted.delete(member)) {
      throw corrupt(state.reader, `${name} lists a large object that is not there`);
    }
  };
  let rest = '';
  for await (const piece of readMember(state.reader, size)) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 100) take(rest);
    lines.forEach(take);
  }
  if (rest !== '') take(rest);
};

const readOther = async (state: State, { name, size }: TarMember): Promise<void> => {
  if (name === 'restore.sql' && !state.hasScript) {
    state.hasScript = true;
  } else if (/^blob_\d{1,10}\.dat$/.test(name) && !state.unlisted.has(name)) {
    state.unlisted.add(name);
    const oid = Number(name.slice('blob_'.length, -'.dat'.length));
    state.toc?.largeObjects.give(oid);
    state.contents.addLargeObject(oid, size);
    if (state.unlisted.size > state.limits.tocEntries) {
      throw new NotJudgedError('over-limit', 'it has more large objects than are counted here');
    }
  } else {
    throw corrupt(state.reader, `the member ${JSON.stringify(name)} is not expected`);
  }
  await state.reader.skip(size);
};

const readNext = async (state: State, member: TarMember): Promise<void> => {
  if (member.type !== 'file') throw corrupt(state.reader, `${member.name} is no file`);
  if (state.toc === undefined) {
    if (member.name === 'toc.dat') return readContents(state);
    throw new DamageError(
      'not-a-dump',
      'the tar does not begin with toc.dat, as one of pg_dump does',
    );
  }
  const entry = state.missing.get(member.name);
  if (entry === undefined) return readOther(state, member);
  // pg_restore reads a tar forwards only: it fails where members are not in the order of the entries.
  const [due] = state.missing.keys();
  if (due !== member.name) throw corrupt(state.reader, `${member.name} stands before ${due}`);
  state.missing.delete(member.name);
  return entry.kind === 'BLOBS' ? readList(state, member) : readTable(state, entry, member);
};

const conclude = (state: State): ArchiveContents => {
  const { head, toc, reader } = state;
  if (head === undefined || toc === undefined)
    throw new DamageError('not-a-dump', 'the tar is empty');
  const [next] = state.missing.values();
  if (next !== undefined) {
    throw new DamageError(
      'truncated',
      `the tar ends without the data of ${state.missing.size} entries, the first ${next.name}`,
    );
  }
  const [unlisted] = state.unlisted;
  if (unlisted !== undefined) throw corrupt(reader, `no list names ${unlisted}`);
  if (!state.hasScript) throw new DamageError('truncated', 'the tar ends without restore.sql');
  return archiveContents(state.contents, head, toc);
};

/**
 * Reads a dump in the tar format (`pg_dump -Ft`) to its last byte: every header with its checksum,
 * `toc.dat`, a member for each entry with data and no other, `restore.sql`, and the blocks that end a tar.
 * Constant memory but for the names of entries with data and of large objects.
 *
 * A tar has checksums of its headers only: a changed byte is seen where a restore would refuse it for its
 * form (`DataTally`), and not where one value became another.
 *
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} another version of the format; more than `limits` allow.
 */
export const walkTarDump = async (
  source: ByteSource,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveContents> => {
  const reader = new ByteReader(source);
  const state: State = {
    reader,
    limits,
    missing: new Map(),
    unlisted: new Set(),
    hasScript: false,
    contents: new ContentsTally(),
  };
  try {
    await walkTar(reader, (member) => readNext(state, member));
    return conclude(state);
  } finally {
    await reader.close();
  }
};
