import { DamageError } from '../backup-encoding/damage-error.ts';
import { crc32c } from '../crc32c/crc32c.ts';

const MAGIC = 0x592717;
/** Room for so many, in releases up to 15 and since. */
const ROOM = [62, 64];
/** Longer than any `pg_filenode.map`. */
export const RELATION_MAP_BYTES = 8 + 64 * 8 + 4;

/**
 * Reads a `pg_filenode.map`: which file holds each of the catalogs that PostgreSQL must find before it
 * can look anything up. Answers the numbers of these files.
 * Source: PostgreSQL utils/cache/relmapper.c, RelMapFile.
 *
 * @throws {DamageError} `corrupt`: PostgreSQL opens no such database.
 */
export const parseRelationMap = (path: string, bytes: Buffer): number[] => {
  const room = ROOM.find((slots) => {
    const crc = 8 + slots * 8;
    return bytes.length >= crc + 4 && crc32c(bytes.subarray(0, crc)) === bytes.readUInt32LE(crc);
  });
  const count = bytes.length >= 8 ? bytes.readInt32LE(4) : -1;
  if (room === undefined || bytes.readInt32LE(0) !== MAGIC || count < 0 || count > room) {
    throw new DamageError('corrupt', `the checksum of ${path} does not agree, or it is cut`);
  }
  return Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 8 + 4));
};
