import { DamageError } from '../backup-encoding/damage-error.ts';
import { decodeName } from './member-name.ts';

export const TAR_BLOCK = 512;

export type TarType = 'file' | 'directory' | 'symbolic-link' | 'hard-link' | 'sparse' | 'other';

export type TarMember = {
  /** As the archive says it: it may be absolute, or lead out of the folder. */
  name: string;
  /** Of what follows the header; 0 for all that has no content. */
  size: number;
  type: TarType;
  /** What a link leads to; empty for all others. */
  linkName: string;
};

/** A header as it stands in the archive: of a member, or of a longer name for the next one. */
export type RawHeader = TarMember & { flag: string };

const CHECKSUM = { start: 148, end: 156 };

/** Old archives have a zero for a file; 7 is a contiguous one. Sources: POSIX.1-1988, GNU tar tar.h. */
const TYPES: Readonly<Record<string, TarType>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '5': 'directory',
  S: 'sparse',
};
/** Devices and pipes have none either; directories and links may say one, which is no length. */
const WITHOUT_CONTENT = '123456';

const field = (block: Buffer, start: number, length: number): Buffer => {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? length : end);
};

const octal = (block: Buffer, start: number, length: number, what: string): number => {
  const digits = field(block, start, length).toString('latin1').trim();
  if (!/^[0-7]{1,12}$/.test(digits))
    throw new DamageError('corrupt', `the ${what} of a member is none`);
  return Number.parseInt(digits, 8);
};

/** Sizes of 8 GB and more are written in binary, after a byte of 0x80. */
const readSize = (block: Buffer): number => {
  if (block.readUInt8(124) !== 0x80) return octal(block, 124, 12, 'size');
  const size = block.readBigUInt64BE(128);
  if (block.readUInt32BE(124) !== 0x80000000 || size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DamageError('corrupt', 'the size of a member is none');
  }
  return Number(size);
};

/** Of all bytes, those of the checksum itself taken for spaces. */
const sumOf = (block: Buffer): number => {
  let sum = 0x20 * (CHECKSUM.end - CHECKSUM.start);
  for (let at = 0; at < CHECKSUM.start; at += 1) sum += block[at] ?? 0;
  for (let at = CHECKSUM.end; at < TAR_BLOCK; at += 1) sum += block[at] ?? 0;
  return sum;
};

const ZEROS = Buffer.alloc(TAR_BLOCK);

/** GNU's own format ends the magic with spaces, and keeps times where others keep a name's beginning. */
const readName = (block: Buffer): string => {
  const name = field(block, 0, 100);
  const prefix = block.readUInt8(262) === 0 ? field(block, 345, 155) : Buffer.alloc(0);
  return decodeName(prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]));
};

/**
 * Reads one header; undefined for a block of zeros, two of which end an archive.
 * Sources: POSIX.1-1988 ustar; GNU tar for sizes in binary.
 *
 * @throws {DamageError} `corrupt` where it is no header or its checksum does not agree.
 */
export const readTarHeader = (block: Buffer): RawHeader | undefined => {
  if (block.equals(ZEROS)) return undefined;
  if (!block.subarray(257, 262).equals(Buffer.from('ustar'))) {
    throw new DamageError('corrupt', 'the header of a member is none');
  }
  const stored = octal(block, CHECKSUM.start, 8, 'checksum');
  if (sumOf(block) !== stored)
    throw new DamageError('corrupt', 'the checksum of a header does not agree');
  const flag = block.toString('latin1', 156, 157);
  const type = TYPES[flag] ?? 'other';
  return {
    name: readName(block),
    size: WITHOUT_CONTENT.includes(flag) ? 0 : readSize(block),
    type,
    linkName: type.endsWith('-link') ? decodeName(field(block, 157, 100)) : '',
    flag,
  };
};
