import { beginsLikeWal } from '../postgres-wal/page-header.ts';
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
  | 'backup-manifest'
  /** A segment, which no magic number proves: it is not searched for. */
  | 'wal'
  | 'anything';

/** A file of many blocks begins with the first, a file of none with its end. */
const BZIP2_BLOCKS = ['314159265359', '177245385090'];
const bzip2Magic = (level: number): Buffer[] =>
  BZIP2_BLOCKS.map((block) =>
    Buffer.concat([Buffer.from(`BZh${level}`), Buffer.from(block, 'hex')]),
  );

/** The kinds that bytes are searched for. */
type Magical = Exclude<Inside, 'anything' | 'wal'>;

/**
 * Source of each: RFC 1952, RFC 8878, the LZ4 frame format, the xz file format, bzip2's own source, the age
 * specification, pg_basebackup.c. Of OpenPGP (RFC 9580, 4.2) what gpg writes: a session key for a passphrase or for a key.
 */
const MAGIC: Record<Magical, Buffer[]> = {
  gzip: [GZIP_MAGIC],
  zstd: [ZSTD_MAGIC],
  lz4: [LZ4_MAGIC],
  xz: [Buffer.from('fd377a585a00', 'hex')],
  bzip2: [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(bzip2Magic),
  openssl: [SALTED],
  age: [Buffer.from('age-encryption.org/'), Buffer.from('-----BEGIN AGE ENCRYPTED FILE')],
  gpg: [Buffer.from('-----BEGIN PGP MESSAGE')],
  'pg-dump': [
    Buffer.from('--\n-- PostgreSQL'),
    Buffer.from('--\r\n-- Postgre'),
    Buffer.from('PGDMP'),
    Buffer.from('toc.dat'),
  ],
  'backup-manifest': [Buffer.from('{ "PostgreSQL-Backup-Manifest-Version"')],
};

/** A session key for a public key (versions 3 and 6) or for a passphrase (4 to 6), its length in one or two bytes. */
const beginsLikeGpg = (head: Buffer): boolean => {
  const [tag = 0, length = 0] = head;
  if (tag === 0x8c || tag === 0xc3) return length < 192 && [4, 5, 6].includes(head[2] ?? 0);
  const isLong = tag === 0x85 || (tag === 0xc1 && length > 191);
  const isToKey = tag === 0x84 || tag === 0x85 || tag === 0xc1;
  return isToKey && [3, 6].includes(head[isLong ? 3 : 2] ?? 0);
};

const begins = (kind: Magical, head: Buffer): boolean =>
  MAGIC[kind].some((magic) => head.subarray(0, magic.length).equals(magic)) ||
  (kind === 'gpg' && beginsLikeGpg(head));

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
  if (inside === 'wal') return beginsLikeWal(head) ? 'yes' : 'no';
  const isFramed = inside === 'zstd' || inside === 'lz4';
  return begins(inside, isFramed ? behindSkippable(head) : head) ? 'yes' : 'no';
};

/** What decrypted bytes begin like, where that is one of the kinds that are known. */
export const nameInside = (head: Buffer): Magical | undefined =>
  KINDS.find((kind) => looksInside(kind, head) === 'yes');

const KINDS = Object.keys(MAGIC).filter((name): name is Magical => Object.hasOwn(MAGIC, name));
