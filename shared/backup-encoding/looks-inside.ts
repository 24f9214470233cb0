import { GZIP_MAGIC } from './gunzip.ts';
import { SALTED } from './openssl-key.ts';

/** What the plan says is inside a layer. */
export type Inside = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'bzip2' | 'openssl' | 'pg-dump' | 'anything';

/** Source of each: RFC 1952, RFC 8878, the LZ4 frame format, the xz file format, bzip2. */
const MAGIC: Record<Exclude<Inside, 'anything'>, Buffer[]> = {
  gzip: [GZIP_MAGIC],
  zstd: [Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  lz4: [Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  xz: [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])],
  bzip2: [Buffer.from('BZh')],
  openssl: [SALTED],
  'pg-dump': [
    Buffer.from('--\n-- PostgreSQL'),
    Buffer.from('--\r\n-- Postgre'),
    Buffer.from('PGDMP'),
    Buffer.from('toc.dat'),
  ],
};

/** Whether decrypted bytes begin like what must be inside. Of "anything" nothing can be said. */
export const looksInside = (inside: Inside, head: Buffer): 'yes' | 'no' | 'cannot-say' => {
  if (inside === 'anything') return 'cannot-say';
  return MAGIC[inside].some((magic) => head.subarray(0, magic.length).equals(magic)) ? 'yes' : 'no';
};

/** What decrypted bytes begin like, where that is one of the kinds that are known. */
export const nameInside = (head: Buffer): string | undefined =>
  Object.entries(MAGIC).find(([, magics]) =>
    magics.some((magic) => head.subarray(0, magic.length).equals(magic)),
  )?.[0];
