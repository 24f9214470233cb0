import { DamageError } from '../backup-encoding/damage-error.ts';

export const TAR_BLOCK = 512;

export type TarMember = { name: string; size: number; type: 'file' | 'other' };

const CHECKSUM = { start: 148, end: 156 };

const text = (block: Buffer, start: number, length: number): string => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
};

const octal = (block: Buffer, start: number, length: number, what: string): number => {
  const field = text(block, start, length).trim();
  if (!/^[0-7]{1,12}$/.test(field))
    throw new DamageError('corrupt', `the ${what} of a member is none`);
  return Number.parseInt(field, 8);
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

/**
 * Reads the header of one member; undefined for a block of zeros, two of which end an archive.
 * Source: POSIX.1-1988 ustar.
 *
 * @throws {DamageError} `corrupt` where it is no header or its checksum does not agree.
 */
export const readTarHeader = (block: Buffer): TarMember | undefined => {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!block.subarray(257, 262).equals(Buffer.from('ustar'))) {
    throw new DamageError('corrupt', 'the header of a member is none');
  }
  const stored = octal(block, CHECKSUM.start, 8, 'checksum');
  let sum = 0;
  for (const [index, byte] of block.entries()) {
    sum += index >= CHECKSUM.start && index < CHECKSUM.end ? 0x20 : byte;
  }
  if (sum !== stored) throw new DamageError('corrupt', 'the checksum of a header does not agree');
  const type = block.readUInt8(156);
  return {
    name: text(block, 0, 100),
    size: readSize(block),
    type: type === 0x30 || type === 0 ? 'file' : 'other',
  };
};
