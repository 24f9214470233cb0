import { isUtf8 } from 'node:buffer';

/** A name's bytes as text: two that differ stay different, also where they are not UTF-8. */
export const decodeName = (bytes: Buffer): string =>
  bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/**
 * A member's name below the folder that a tar is unpacked into, as tar does it: without `./`, double
 * and trailing slashes, and without a leading slash. Undefined where it leads out of that folder.
 */
export const pathBelow = (name: string): string | undefined => {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
};
