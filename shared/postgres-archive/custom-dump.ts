import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError } from '../backup-encoding/damage-error.ts';
import type { DataEntry } from './archive-entry.ts';
import { corrupt, readInt } from './archive-fields.ts';
import { readHead } from './archive-head.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.ts';
import { readToc } from './archive-toc.ts';
import { BlockReader } from './block-data.ts';
import { ByteReader } from './byte-reader.ts';
import { DataTally } from './data-tally.ts';
import type { DeclaredObjects } from './declared-objects.ts';
import { type ArchiveContents, archiveContents, ContentsTally } from './dump-contents.ts';
import { readRepeatedToc } from './repeated-toc.ts';

/** Source: pg_backup_archiver.h. */
const BLOCK = { data: 1, largeObjects: 3 };

type Walk = {
  reader: ByteReader;
  blocks: BlockReader;
  encoding: string | undefined;
  largeObjects: DeclaredObjects;
  contents: ContentsTally;
};

const walkTable = async ({ blocks, encoding, contents }: Walk, entry: DataEntry): Promise<void> => {
  const tally = new DataTally({ ...entry, encoding });
  for await (const { data, padding } of blocks.read(entry.name)) tally.push(data, padding);
  const rows = tally.rows();
  if (entry.isCopy && rows === undefined) {
    throw new DamageError(
      'corrupt',
      `the rows of ${entry.name} are not ended as pg_dump ends them`,
    );
  }
  contents.addTable(entry.name, tally.bytes, rows);
};

const walkLargeObjects = async (walk: Walk): Promise<void> => {
  for (;;) {
    walk.reader.inside = 'the large objects';
    // An oid above 2^31 is written as a negative number.
    const oid = await readInt(walk.reader);
    if (oid === 0) return;
    let bytes = 0;
    for await (const { data, padding } of walk.blocks.read(`large object ${oid >>> 0}`)) {
      bytes += data.length - padding;
    }
    walk.largeObjects.give(oid >>> 0);
    walk.contents.addLargeObject(oid >>> 0, bytes);
  }
};

/** The entry that a block belongs to; it must be one that is still missing, and stand where it is said to. */
const readBlockHead = async (reader: ByteReader, missing: Map<number, DataEntry>) => {
  reader.inside = 'the head of a data block';
  const offset = reader.position;
  const type = (await reader.take(1)).readUInt8();
  const id = await readInt(reader);
  const entry = missing.get(id);
  if ((type !== BLOCK.data && type !== BLOCK.largeObjects) || entry === undefined) {
    throw corrupt(reader, `a data block of type ${type} for entry ${id} is not expected`);
  }
  if (entry.offset !== undefined && entry.offset !== offset) {
    throw corrupt(
      reader,
      `the data of ${entry.name} is at ${offset}, but the table of contents says ${entry.offset}`,
    );
  }
  if ((type === BLOCK.largeObjects) !== (entry.kind === 'BLOBS')) {
    throw corrupt(reader, `the data of ${entry.name} is of another type than its entry`);
  }
  return entry;
};

const walk = async (reader: ByteReader, limits: ArchiveLimits): Promise<ArchiveContents> => {
  const head = await readHead(reader);
  if (head.format !== 'custom') throw corrupt(reader, `the format is ${head.format}`);
  const toc = await readToc(reader, head, limits);
  const missing = toc.data;
  const contents = new ContentsTally();
  const blocks = new BlockReader(reader, head.compression, limits);
  const state = {
    reader,
    blocks,
    encoding: toc.session.encoding,
    largeObjects: toc.largeObjects,
    contents,
  };
  const places = new Map<number, number>();
  while (missing.size > 0) {
    if (await reader.atEnd()) {
      const [next] = missing.values();
      throw new DamageError(
        'truncated',
        `the dump ends after ${reader.position} bytes without the data of ${missing.size} entries, the first ${next?.name}`,
      );
    }
    const at = reader.position;
    const entry = await readBlockHead(reader, missing);
    if (entry.offset === undefined) places.set(entry.id, at);
    if (entry.kind === 'BLOBS') await walkLargeObjects(state);
    else await walkTable(state, entry);
    missing.delete(entry.id);
  }
  await readRepeatedToc(reader, { head, toc, places }, limits);
  return archiveContents(contents, head, toc);
};

/**
 * Reads a dump in the custom format (`pg_dump -Fc`) to its last byte: the table of contents, then every
 * block, each for an entry that has not had its own, where the table of contents says (a dump into a pipe
 * says nothing), decompressed; and nothing after the last but the same table of contents. Constant memory but for the entries with data.
 *
 * Without compression the format has no checksum, with zstd pg_dump leaves it out, and lz4 has one of its
 * header alone: a changed byte is seen where a restore would refuse it for its form (`DataTally`), and not
 * where one value became another.
 *
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} another version of the format; more than `limits` allow.
 */
export const walkCustomDump = async (
  source: ByteSource,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveContents> => {
  const reader = new ByteReader(source);
  try {
    return await walk(reader, limits);
  } finally {
    await reader.close();
  }
};
