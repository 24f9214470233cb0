import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { corrupt, readInt, requireText } from './archive-fields.ts';
import type { ByteReader } from './byte-reader.ts';

export type Compression = 'none' | 'gzip' | 'lz4' | 'zstd';

/** Source: ReadHead and WriteHead of pg_backup_archiver.c. */
export type ArchiveHead = {
  /** The minor version of the format; the major one is 1. 12 came with PostgreSQL 9.0, 16 with 17. */
  minor: number;
  format: 'custom' | 'tar';
  compression: Compression;
  /** When pg_dump began, by the clock on its wall: no time zone is stored. */
  createdAt: string;
  database: string;
  serverVersion: string;
  dumpVersion: string;
};

export const ARCHIVE_MAGIC = Buffer.from('PGDMP');
const OLDEST_MINOR = 12;
const NEWEST_MINOR = 16;
/** Since when the algorithm is named by one byte. */
const NAMED_COMPRESSION = 15;
const ALGORITHMS: readonly Compression[] = ['none', 'gzip', 'lz4', 'zstd'];
const FORMATS: Record<number, ArchiveHead['format']> = { 1: 'custom', 3: 'tar' };
const TEXT_BYTES = 1_024;

const readCompression = async (reader: ByteReader, minor: number): Promise<Compression> => {
  if (minor >= NAMED_COMPRESSION) {
    const algorithm = ALGORITHMS[(await reader.take(1)).readUInt8()];
    if (algorithm === undefined) throw corrupt(reader, 'the compression is no known one');
    return algorithm;
  }
  const level = await readInt(reader);
  if (level < -1 || level > 9) throw corrupt(reader, `the compression level is ${level}`);
  return level === 0 ? 'none' : 'gzip';
};

/** The fields of C's `struct tm`, each with what it may be. */
const TIME: [name: string, least: number, most: number][] = [
  ['second', 0, 60],
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day', 1, 31],
  ['month', 0, 11],
  ['year', 90, 1_000],
  ['daylight saving', -1, 1],
];

const readTime = async (reader: ByteReader): Promise<string> => {
  const values: number[] = [];
  for (const [name, least, most] of TIME) {
    const value = await readInt(reader);
    if (value < least || value > most) throw corrupt(reader, `the ${name} is ${value}`);
    values.push(value);
  }
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = values;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year + 1900}-${two(month + 1)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
};

const readVersion = async (reader: ByteReader, what: string): Promise<string> => {
  const version = await requireText(reader, TEXT_BYTES, what);
  if (!/^\d+\S*( |$)/.test(version)) throw corrupt(reader, `${what} is no version`);
  return version;
};

/** @throws {DamageError | NotJudgedError} also where the file is of a version that is not known here. */
export const readHead = async (reader: ByteReader): Promise<ArchiveHead> => {
  const magic = await reader.take(ARCHIVE_MAGIC.length);
  if (!magic.equals(ARCHIVE_MAGIC)) {
    throw new DamageError(
      'not-a-dump',
      'it does not begin with PGDMP, as an archive of pg_dump does',
    );
  }
  const [major = 0, minor = 0, revision = 0, intSize, offsetSize, formatCode = 0] =
    await reader.take(6);
  // No release has counted its revision so far.
  if (major !== 1 || minor < OLDEST_MINOR || minor > NEWEST_MINOR || revision !== 0) {
    throw new NotJudgedError(
      'format-not-supported',
      `an archive of version ${major}.${minor}-${revision} is not read by this version (1.${OLDEST_MINOR} to 1.${NEWEST_MINOR} are)`,
    );
  }
  if (intSize !== 4 || offsetSize !== 8)
    throw corrupt(reader, 'the size of numbers is not 4 and 8');
  const format = FORMATS[formatCode];
  if (format === undefined) throw corrupt(reader, `the format is ${formatCode}`);
  return {
    minor,
    format,
    compression: await readCompression(reader, minor),
    createdAt: await readTime(reader),
    database: await requireText(reader, TEXT_BYTES, 'the name of the database'),
    serverVersion: await readVersion(reader, 'the version of the server'),
    dumpVersion: await readVersion(reader, 'the version of pg_dump'),
  };
};
