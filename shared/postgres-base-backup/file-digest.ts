import { createHash } from 'node:crypto';
import { crc32c } from '../crc32c/crc32c.ts';

/** Source: PostgreSQL common/checksum_helper.c. */
export const ALGORITHMS = ['CRC32C', 'SHA224', 'SHA256', 'SHA384', 'SHA512'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export type FileDigest = {
  update(bytes: Buffer): void;
  /** In hexadecimal digits, as backup_manifest has it: of a CRC the lowest byte first. */
  end(): string;
};

/** A digest that is made while a file is read. */
export const createDigest = (algorithm: Algorithm): FileDigest => {
  if (algorithm !== 'CRC32C') {
    const hash = createHash(algorithm.toLowerCase());
    return { update: (bytes) => void hash.update(bytes), end: () => hash.digest('hex') };
  }
  let crc = 0;
  return {
    update: (bytes) => {
      crc = crc32c(bytes, crc);
    },
    end: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(crc);
      return bytes.toString('hex');
    },
  };
};
