import { isUtf8 } from 'node:buffer';
import { DamageError } from '../backup-encoding/damage-error.ts';
import type { ByteReader } from './byte-reader.ts';
import { Utf8Check } from './utf8-check.ts';

const INT_BYTES = 5;
const PIECE_BYTES = 64 * 1024;

export const corrupt = (reader: ByteReader, detail: string): DamageError =>
  new DamageError('corrupt', `${detail}, in ${reader.inside} before byte ${reader.position}`);

/** A sign byte and 32 bits, little-endian. Source: WriteInt of pg_backup_archiver.c. */
const parseInt32 = (reader: ByteReader, bytes: Buffer): number => {
  const sign = bytes.readUInt8(0);
  const value = bytes.readUInt32LE(1);
  if (sign > 1 || value > 2 ** 31) throw corrupt(reader, 'a number is none');
  return sign === 1 ? -value : value;
};

/** Without waiting; undefined where not all of it is here. A dump without compression has one per row. */
export const readBufferedInt = (reader: ByteReader): number | undefined => {
  const bytes = reader.takeBuffered(INT_BYTES);
  return bytes && parseInt32(reader, bytes);
};

export const readInt = async (reader: ByteReader): Promise<number> =>
  parseInt32(reader, await reader.take(INT_BYTES));

export const readCount = async (reader: ByteReader, what: string): Promise<number> => {
  const count = await readInt(reader);
  if (count < 0) throw corrupt(reader, `${what} is ${count}`);
  return count;
};

/** A length and its bytes; a length of -1 stands for "none". Source: WriteStr. */
const readLength = async (reader: ByteReader): Promise<number | undefined> => {
  const length = await readInt(reader);
  if (length < -1) throw corrupt(reader, `a text has ${length} bytes`);
  return length === -1 ? undefined : length;
};

const notUtf8 = (reader: ByteReader): DamageError =>
  corrupt(reader, 'a text is not UTF-8, as the dump says it is');

export const readText = async (reader: ByteReader, limit: number): Promise<string | undefined> => {
  const length = await readLength(reader);
  if (length === undefined) return undefined;
  if (length > limit) throw corrupt(reader, `a name has ${length} bytes`);
  const bytes = await reader.take(length);
  if (bytes.includes(0)) throw corrupt(reader, 'a name holds a zero byte');
  if (reader.isUtf8 && !isUtf8(bytes)) throw notUtf8(reader);
  return bytes.toString('utf8');
};

export const requireText = async (
  reader: ByteReader,
  limit: number,
  what: string,
): Promise<string> => {
  const text = await readText(reader, limit);
  if (text === undefined) throw corrupt(reader, `${what} is missing`);
  return text;
};

/**
 * Passes over a text of any length. Of a dump in UTF-8 it must be that: psql refuses anything else.
 *
 * @param look at each piece of it, which is good until the next one.
 */
export const skipText = async (
  reader: ByteReader,
  look: (piece: Buffer) => void = () => {},
): Promise<void> => {
  const length = (await readLength(reader)) ?? 0;
  const piece = Buffer.allocUnsafe(Math.min(length, PIECE_BYTES));
  const check = new Utf8Check();
  for (let left = length; left > 0; ) {
    if (await reader.atEnd()) await reader.take(1);
    const count = reader.copyBuffered(piece, 0, Math.min(left, piece.length));
    const read = piece.subarray(0, count);
    if (read.includes(0)) throw corrupt(reader, 'a statement holds a zero byte');
    if (reader.isUtf8 && !check.push(read)) throw notUtf8(reader);
    look(read);
    left -= count;
  }
  if (reader.isUtf8 && !check.isWhole) throw notUtf8(reader);
};
