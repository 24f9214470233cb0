import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { ByteReader } from '../postgres-archive/byte-reader.ts';
import { pathBelow } from '../tar/member-name.ts';
import type { TarMember } from '../tar/tar-header.ts';
import { type TarRules, walkTar } from '../tar/tar-walk.ts';
import type { DataDirectory } from './data-directory.ts';

/**
 * GNU tar fills its last record, which may be large, with zeros. pg_basebackup, that of 16.2 for one, pads
 * with whatever its memory holds: PostgreSQL bbstreamer_tar.c, where the parser of the server's tar hands on
 * not the padding that it gathered, but what lies behind it.
 */
const RULES: TarRules = { recordBytes: 1024 * 1024, isPaddingFree: true };

/** Linux opens no longer path. */
const MAX_NAME = 4_096;

/** A member's bytes in place, in pieces that are good until the next. */
export async function* readPieces(reader: ByteReader, size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; ) {
    // Asks for one byte more than there is only to say that the end was met too early.
    if (reader.buffered === 0 && (await reader.atEnd())) await reader.take(1);
    const piece = reader.takeBuffered(Math.min(left, reader.buffered));
    if (piece === undefined) continue;
    left -= piece.length;
    yield piece;
  }
}

const refuse = (name: string, what: string): never => {
  throw new NotJudgedError('format-not-supported', `${name} is ${what}, which is not read here`);
};

/** Where a member belongs below the data directory; undefined where it does not belong there. */
export type Place = (path: string) => string | undefined;

export type MemberReader = {
  directory: DataDirectory;
  place: Place;
  /** Reads a file in another way than into the directory. Answers whether it did. */
  readOther?: (path: string, pieces: () => ByteSource) => Promise<boolean>;
};

const readFile = async (
  { directory, readOther }: MemberReader,
  path: string,
  size: number,
  reader: ByteReader,
): Promise<void> => {
  if (await readOther?.(path, () => readPieces(reader, size))) return;
  const end = reader.position + size;
  await directory.read(path, size, readPieces(reader, size));
  await reader.skip(end - reader.position);
};

const readMember = async (
  into: MemberReader,
  { name, type, size, linkName }: TarMember,
  reader: ByteReader,
): Promise<void> => {
  if (name.length > MAX_NAME) {
    throw new NotJudgedError('over-limit', `a member has a name of ${name.length} characters`);
  }
  const below = pathBelow(name);
  if (below === undefined) {
    throw new DamageError('corrupt', `the member ${JSON.stringify(name)} leads out of the folder`);
  }
  const path = into.place(below);
  if (type === 'sparse') refuse(name, 'a sparse file');
  if (path === undefined || type === 'directory' || type === 'other') return reader.skip(size);
  if (type === 'hard-link') refuse(name, 'a hard link');
  into.directory.countName(name.length + linkName.length);
  if (type === 'symbolic-link') return into.directory.link(path, linkName);
  return readFile(into, path, size, reader);
};

/**
 * Reads a tar to its last byte, and each of its files into the data directory where it belongs.
 *
 * @throws {DamageError} what is wrong with the tar; a name that leads out of its folder.
 * @throws {NotJudgedError} sparse files and hard links; more than the limits allow.
 */
export const readMembers = async (source: ByteSource, into: MemberReader): Promise<void> => {
  const reader = new ByteReader(source, 'the tar');
  try {
    await walkTar(reader, (member) => readMember(into, member, reader), RULES);
  } finally {
    await reader.close();
  }
};
