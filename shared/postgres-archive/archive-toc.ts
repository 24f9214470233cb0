import { NotJudgedError } from '../backup-encoding/damage-error.ts';
import { type DataEntry, type Entry, readEntry } from './archive-entry.ts';
import { corrupt, readCount } from './archive-fields.ts';
import type { ArchiveHead } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { ByteReader } from './byte-reader.ts';
import { DeclaredObjects } from './declared-objects.ts';
import type { Session } from './entry-definition.ts';

export type Toc = {
  entries: number;
  data: Map<number, DataEntry>;
  /** Entries that define something of the database. */
  objects: number;
  extensions: Set<string>;
  /** Who owns something. */
  roles: Set<string>;
  session: Session;
  /** Whose data is still to come; of a dump without any it is not asked for. */
  largeObjects: DeclaredObjects;
  hasLargeObjectData: boolean;
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
  const session: Session = { hasPlainStrings: true };
  const toc: Toc = {
    entries,
    data,
    objects: 0,
    extensions: new Set(),
    roles: new Set(),
    session,
    largeObjects: new DeclaredObjects(),
    hasLargeObjectData: false,
    sum: 0,
  };
  let newest = 0;
  let farthest = 0;
  for (let index = 0; index < entries; index += 1) {
    if (index === limits.tocEntries || data.size > limits.dataEntries) {
      throw new NotJudgedError('over-limit', `its table of contents has ${entries} entries`);
    }
    const entry = await readEntry(reader, head, limits, session);
    if (ids.has(entry.id)) throw corrupt(reader, `two entries have the id ${entry.id}`);
    ids.add(entry.id);
    newest = Math.max(newest, entry.id);
    farthest = Math.max(farthest, entry.firstDependency ?? 0);
    if (entry.data !== undefined) data.set(entry.id, entry.data);
    reader.isUtf8 = session.encoding === 'UTF8';
    for (const oid of entry.oids ?? []) toc.largeObjects.declare(oid);
    toc.hasLargeObjectData ||= entry.kind === 'BLOBS';
    keepNames(toc, entry);
  }
  if (farthest > newest) throw corrupt(reader, `the data of a table ${farthest} that is not there`);
  toc.sum = reader.sum;
  reader.sum = undefined;
  return toc;
};
