import { GZIP_MAGIC } from './gunzip.ts';
import { LZ4_MAGIC } from './lz4-header.ts';
import { SALTED } from './openssl-key.ts';
import { ZSTD_MAGIC } from './zstd-header.ts';

/** What the plan says is inside a layer. */
export type Inside =
  | 'gzip'
  | 'zstd'
  | 'lz4'
  | 'xz'
  | 'bzip2'
  | 'openssl'
  | 'age'
  | 'gpg'
  | 'pg-dump'
  | 'anything';

/** A file of many blocks begins with the first, a file of none with its end. */
const BZIP2_BLOCKS = ['314159265359', '177245385090'];
const bzip2Magic = (level: number): Buffer[] =>
  BZIP2_BLOCKS.map((block) =>
    Buffer.concat([Buffer.from(`BZh${level}`), Buffer.from(block, 'hex')]),
  );

/**
 * Source of each: RFC 1952, RFC 8878, the LZ4 frame format, the xz file format, bzip2's own source, the age
 * specification. Of OpenPGP (RFC 9580, 4.2) what gpg writes: a session key for a passphrase or for a key.
 */
const MAGIC: Record<Exclude<Inside, 'anything'>, Buffer[]> = {
  gzip: [GZIP_MAGIC],
  zstd: [ZSTD_MAGIC],
  lz4: [LZ4_MAGIC],
  xz: [Buffer.from('fd377a585a00', 'hex')],
  bzip2: [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(bzip2Magic),
  openssl: [SALTED],
  age: [Buffer.from('age-encryption.org/'), Buffer.from('-----BEGIN AGE ENCRYPTED FILE')],
  gpg: [
    Buffer.from('-----BEGIN PGP MESSAGE'),
    ...['8c0d04', 'c30d04', '8c2e05', 'c32e05'].map((hex) => Buffer.from(hex, 'hex')),
  ],
  'pg-dump': [
    Buffer.from('--\n-- PostgreSQL'),
    Buffer.from('--\r\n-- Postgre'),
    Buffer.from('PGDMP'),
    Buffer.from('toc.dat'),
  ],
};

/** A packet with a session key for a public key, version 3: its length may stand in one or two bytes. */
const isPublicKeyPacket = (head: Buffer): boolean => {
  const bytes = { 132: 1, 133: 2, 193: head[1] !== undefined && head[1] > 191 ? 2 : 1 };
  const lengthBytes = Object.entries(bytes).find(([tag]) => Number(tag) === head[0])?.[1];
  return lengthBytes !== undefined && head[1 + lengthBytes] === 3;
};

const begins = (kind: Exclude<Inside, 'anything'>, head: Buffer): boolean =>
  MAGIC[kind].some((magic) => head.subarray(0, magic.length).equals(magic)) ||
  (kind === 'gpg' && isPublicKeyPacket(head));

const SKIPPABLE = 0x184d2a5;

/** zstd and lz4 share frames that may be skipped; pzstd begins with one. */
const behindSkippable = (head: Buffer): Buffer => {
  let rest = head;
  while (rest.length > 8 && rest.readUInt32LE() >>> 4 === SKIPPABLE) {
    rest = rest.subarray(8 + rest.readUInt32LE(4));
  }
  return rest;
};

/** Whether decrypted bytes begin like what must be inside. Of "anything" nothing can be said. */
export const looksInside = (inside: Inside, head: Buffer): 'yes' | 'no' | 'cannot-say' => {
  if (inside === 'anything') return 'cannot-say';
  const isFramed = inside === 'zstd' || inside === 'lz4';
  return begins(inside, isFramed ? behindSkippable(head) : head) ? 'yes' : 'no';
};

/** What decrypted bytes begin like, where that is one of the kinds that are known. */
export const nameInside = (head: Buffer): Exclude<Inside, 'anything'> | undefined =>
  KINDS.find((kind) => looksInside(kind, head) === 'yes');

const KINDS = Object.keys(MAGIC).filter((name): name is Exclude<Inside, 'anything'> =>
  Object.hasOwn(MAGIC, name),
);
