import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';

/**
 * How `openssl enc` made the key from the passphrase. The file does not say.
 * Source: OpenSSL `enc` manual: the default digest was MD5 before 1.1.0 and is SHA-256 since;
 * `-pbkdf2` means 10,000 iterations of SHA-256 unless `-iter` says otherwise.
 */
export type KeyDerivation =
  | { name: 'evp-sha256' | 'evp-md5' }
  | { name: 'pbkdf2-sha256'; iterations: number };

export type OpensslCipher = 'aes-256-cbc' | 'aes-192-cbc' | 'aes-128-cbc';
export type KeyMaterial = { derivation: KeyDerivation; key: Buffer; iv: Buffer };

export const SALTED = Buffer.from('Salted__');
/** `Salted__` and eight bytes of salt. */
export const OPENSSL_HEADER_BYTES = 16;
export const BLOCK_BYTES = 16;

const DEFAULT_ITERATIONS = 10_000;
const KEY_BYTES: Record<OpensslCipher, number> = {
  'aes-256-cbc': 32,
  'aes-192-cbc': 24,
  'aes-128-cbc': 16,
};

export const describeDerivation = (derivation: KeyDerivation): string =>
  derivation.name === 'pbkdf2-sha256'
    ? `${derivation.name} with ${derivation.iterations} iterations`
    : derivation.name;

/** EVP_BytesToKey with one round: D_i = digest(D_{i-1} + passphrase + salt). */
const bytesToKey = (digest: 'md5' | 'sha256', passphrase: Buffer, salt: Buffer, length: number) => {
  let derived = Buffer.alloc(0);
  let block = Buffer.alloc(0);
  while (derived.length < length) {
    block = createHash(digest).update(block).update(passphrase).update(salt).digest();
    derived = Buffer.concat([derived, block]);
  }
  return derived.subarray(0, length);
};

/** Every key that the passphrase can mean, the likeliest first. */
export const candidateKeys = (
  cipher: OpensslCipher,
  passphrase: string,
  salt: Buffer,
  iterations: number = DEFAULT_ITERATIONS,
): KeyMaterial[] => {
  const secret = Buffer.from(passphrase, 'utf8');
  const length = KEY_BYTES[cipher] + BLOCK_BYTES;
  const split = (derivation: KeyDerivation, material: Buffer): KeyMaterial => ({
    derivation,
    key: material.subarray(0, KEY_BYTES[cipher]),
    iv: material.subarray(KEY_BYTES[cipher]),
  });
  return [
    split({ name: 'evp-sha256' }, bytesToKey('sha256', secret, salt, length)),
    split(
      { name: 'pbkdf2-sha256', iterations },
      pbkdf2Sync(secret, salt, iterations, length, 'sha256'),
    ),
    split({ name: 'evp-md5' }, bytesToKey('md5', secret, salt, length)),
  ];
};

/** Whole blocks of ciphertext from the start, decrypted without looking at padding. */
export const decryptHead = (
  cipher: OpensslCipher,
  { key, iv }: KeyMaterial,
  blocks: Buffer,
): Buffer => createDecipheriv(cipher, key, iv).setAutoPadding(false).update(blocks);

/**
 * How many bytes of valid PKCS#7 padding the last two blocks of a file end in under a key; 0 for none.
 * The block before the last is CBC's chaining value, so the rest need not be read. A wrong key gives
 * one byte of it once in 256 times, and two or more once in 65,000.
 */
export const paddingBytes = (
  cipher: OpensslCipher,
  { key }: KeyMaterial,
  lastTwo: Buffer,
): number => {
  const decipher = createDecipheriv(cipher, key, lastTwo.subarray(0, BLOCK_BYTES));
  const plain = decipher.setAutoPadding(false).update(lastTwo.subarray(BLOCK_BYTES));
  const count = plain[BLOCK_BYTES - 1] ?? 0;
  if (count < 1 || count > BLOCK_BYTES) return 0;
  return plain.subarray(BLOCK_BYTES - count).every((byte) => byte === count) ? count : 0;
};
