import { DamageError } from '../backup-encoding/damage-error.ts';
import { decodeName } from './member-name.ts';
import type { RawHeader, TarMember } from './tar-header.ts';

/** Longer than any path of a file system, with room for attributes. */
export const MAX_EXTENSION_BYTES = 1024 * 1024;

/** What headers before a member say of it beyond what fits into its own. */
export type Extension = { name?: string; linkName?: string; size?: number; isSparse?: boolean };

const withoutEnd = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
};

const readNumber = (value: string): number => {
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new DamageError('corrupt', 'the size of a member is none');
  return size;
};

/** Records of `length key=value\n`, the length counting all of it. Source: POSIX.1-2001 pax. */
const readRecords = (bytes: Buffer): Extension => {
  const extension: Extension = {};
  for (let at = 0; at < bytes.length; ) {
    const [, digits = ''] = /^(\d{1,8}) /.exec(bytes.toString('latin1', at, at + 9)) ?? [];
    const end = at + Number(digits);
    const equals = bytes.indexOf('=', at);
    const start = at + digits.length + 1;
    if (digits === '' || end > bytes.length || end <= start || equals < start || equals >= end) {
      throw new DamageError('corrupt', 'a pax header is none');
    }
    const key = bytes.toString('latin1', start, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === 'path') extension.name = decodeName(value);
    if (key === 'linkpath') extension.linkName = decodeName(value);
    if (key === 'size') extension.size = readNumber(value.toString('latin1'));
    if (key.startsWith('GNU.sparse.')) extension.isSparse = true;
    at = end;
  }
  return extension;
};

/** What a header of this kind says of the next member; undefined where it is one of a member itself. */
export const extensionOf = ({ flag }: RawHeader): ((bytes: Buffer) => Extension) | undefined => {
  switch (flag) {
    case 'L':
      return (bytes) => ({ name: decodeName(withoutEnd(bytes)) });
    case 'K':
      return (bytes) => ({ linkName: decodeName(withoutEnd(bytes)) });
    case 'x':
      return readRecords;
    case 'g':
      // Of all members that follow: comments and times, in what is found in practice.
      return () => ({});
    default:
      return undefined;
  }
};

/** A member with what the headers before it said. */
export const applyExtension = ({ flag: _, ...header }: RawHeader, said: Extension): TarMember => ({
  name: said.name ?? header.name,
  size: header.type === 'file' ? (said.size ?? header.size) : header.size,
  type: said.isSparse ? 'sparse' : header.type,
  linkName: header.linkName === '' ? '' : (said.linkName ?? header.linkName),
});
