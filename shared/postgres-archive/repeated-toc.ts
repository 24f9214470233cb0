import { DamageError } from '../backup-encoding/damage-error.ts';
import { corrupt } from './archive-fields.ts';
import type { ArchiveHead } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { readToc, type Toc } from './archive-toc.ts';
import type { ByteReader } from './byte-reader.ts';

/** Since PostgreSQL 16 pg_dump opens its standard output for appending, whatever it writes there. */
const APPENDS = 15;

/** A table of contents begins with the number of its entries: a sign and 32 bits. */
const beginsWith = (bytes: Buffer, { entries }: Toc): boolean => {
  const count = Buffer.alloc(5);
  count.writeUInt32LE(entries, 1);
  return count.subarray(0, bytes.length).equals(bytes);
};

const trailing = ({ position }: ByteReader): DamageError =>
  new DamageError('trailing-data', `something follows its last byte, ${position}`);

/**
 * Reads what may follow the last block: `pg_dump -Fc > file` means to write its table of contents anew, with
 * the places of the data, and since PostgreSQL 16 appends it. pg_restore reads the first alone, and ends well.
 * Source: _CloseArchive of pg_backup_custom.c, _allocAH of pg_backup_archiver.c.
 *
 * @param places where the data of each entry was met.
 * @throws {DamageError} `trailing-data` where anything else follows; `truncated` or `corrupt`.
 */
export const readRepeatedToc = async (
  reader: ByteReader,
  { head, toc, places }: { head: ArchiveHead; toc: Toc; places: ReadonlyMap<number, number> },
  limits: ArchiveLimits,
): Promise<void> => {
  if (await reader.atEnd()) return;
  const end = reader.position;
  // Of a count that lies in two pieces its beginning must do.
  if (head.minor < APPENDS || !beginsWith(reader.peekBuffered(5), toc)) throw trailing(reader);
  const again = await readToc(reader, head, limits);
  if (again.sum !== toc.sum || again.data.size !== places.size) {
    throw corrupt(reader, `a second table of contents, from byte ${end} on, is not the first one`);
  }
  for (const { id, name, offset } of again.data.values()) {
    if (offset !== undefined && offset === places.get(id)) continue;
    throw corrupt(reader, `the second table of contents is wrong about where ${name} is`);
  }
  if (!(await reader.atEnd())) throw trailing(reader);
};
