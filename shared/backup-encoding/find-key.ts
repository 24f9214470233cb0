import { DamageError } from './damage-error.ts';
import { type Inside, looksInside } from './looks-inside.ts';
import {
  BLOCK_BYTES,
  candidateKeys,
  decryptHead,
  endsInPadding,
  type KeyMaterial,
  OPENSSL_HEADER_BYTES,
  type OpensslCipher,
} from './openssl-key.ts';

export type KeySearch = {
  cipher: OpensslCipher;
  passphrase: string;
  /** Of PBKDF2, where the plan names them. */
  iterations?: number;
  /** The first bytes: header, salt and at least one block. */
  head: Buffer;
  /** The last bytes and the whole size, where they are known before the file is read. */
  tail?: Buffer;
  size?: number;
  /** What must come out. */
  inside: Inside;
};

const HEAD_BLOCKS = 3;

/**
 * Finds which key derivation an `openssl enc` file was made with, by trying each on its first blocks
 * (does that look like what must be inside?) and on its last (does it end in padding?).
 *
 * @throws {DamageError} `truncated` where the file is no whole blocks; `wrong-key` where no derivation of
 * the passphrase gives anything that is expected.
 */
export const findKey = (search: KeySearch): KeyMaterial => {
  const { cipher, head, size } = search;
  if (head.length < OPENSSL_HEADER_BYTES + BLOCK_BYTES) {
    throw new DamageError('truncated', `the encrypted file has only ${head.length} bytes`);
  }
  if (size !== undefined && size % BLOCK_BYTES !== 0) {
    throw new DamageError(
      'truncated',
      `the encrypted file has ${size} bytes, which is not whole blocks of ${BLOCK_BYTES}`,
    );
  }
  const salt = head.subarray(OPENSSL_HEADER_BYTES - 8, OPENSSL_HEADER_BYTES);
  const available = Math.floor((head.length - OPENSSL_HEADER_BYTES) / BLOCK_BYTES);
  const blocks = head.subarray(
    OPENSSL_HEADER_BYTES,
    OPENSSL_HEADER_BYTES + Math.min(available, HEAD_BLOCKS) * BLOCK_BYTES,
  );
  const ranked = candidateKeys(cipher, search.passphrase, salt, search.iterations)
    .map((material) => ({ material, ...judge(search, material, blocks) }))
    .filter((candidate) => candidate.likely)
    .sort((a, b) => Number(b.padded) - Number(a.padded));
  const [best] = ranked;
  if (best !== undefined) return best.material;
  throw new DamageError(
    'wrong-key',
    `the passphrase decrypts it to nothing that is expected, with none of the key derivations of openssl enc`,
  );
};

/** The last block behind the one it is chained to; a file of a single block is chained to the IV. */
const chainedEnd = (
  tail: Buffer | undefined,
  size: number | undefined,
  { iv }: KeyMaterial,
): Buffer | undefined => {
  if (tail === undefined || tail.length < 2 * BLOCK_BYTES) return undefined;
  return size === OPENSSL_HEADER_BYTES + BLOCK_BYTES
    ? Buffer.concat([iv, tail.subarray(-BLOCK_BYTES)])
    : tail.subarray(-2 * BLOCK_BYTES);
};

/** A magic number proves a key; without one only the padding at the end can speak for it. */
const judge = (
  { cipher, inside, tail, size }: KeySearch,
  material: KeyMaterial,
  blocks: Buffer,
): { likely: boolean; padded: boolean } => {
  const lastTwo = chainedEnd(tail, size, material);
  const padded = lastTwo !== undefined && endsInPadding(cipher, material, lastTwo);
  const looks = looksInside(inside, decryptHead(cipher, material, blocks));
  return {
    likely: looks === 'yes' || (looks === 'cannot-say' && (padded || lastTwo === undefined)),
    padded,
  };
};
