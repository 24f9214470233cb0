import { DamageError, NotJudgedError } from './damage-error.ts';
import { type Inside, looksInside, nameInside } from './looks-inside.ts';
import {
  BLOCK_BYTES,
  candidateKeys,
  decryptHead,
  describeDerivation,
  type KeyMaterial,
  OPENSSL_HEADER_BYTES,
  type OpensslCipher,
  paddingBytes,
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

type Tried = {
  material: KeyMaterial;
  likely: boolean;
  /** Bytes of valid padding at the end. */
  padding: number;
  found: Inside | undefined;
  /** Different bytes in the first blocks. */
  variety: number;
};

const HEAD_BLOCKS = 3;

/** A single byte of padding comes out of three wrong keys once in 85 times: too often to excuse a file. */
const CONVINCING_PADDING = 2;

/**
 * Finds which key derivation an `openssl enc` file was made with, by trying each on its first blocks
 * (does that look like what must be inside?) and on its last (does it end in padding?).
 *
 * @throws {DamageError} `truncated` where the file is no whole blocks; `encoding-mismatch` where the key is
 * right and something else is inside; `wrong-key` where the passphrase gives nothing that it could be.
 * @throws {NotJudgedError} where the end decrypts and the beginning is of no kind that is known.
 */
export const findKey = (search: KeySearch): KeyMaterial => {
  const { cipher, head, inside } = search;
  refuseCut(search);
  const salt = head.subarray(OPENSSL_HEADER_BYTES - 8, OPENSSL_HEADER_BYTES);
  const available = Math.floor((head.length - OPENSSL_HEADER_BYTES) / BLOCK_BYTES);
  const blocks = head.subarray(
    OPENSSL_HEADER_BYTES,
    OPENSSL_HEADER_BYTES + Math.min(available, HEAD_BLOCKS) * BLOCK_BYTES,
  );
  const tried = candidateKeys(cipher, search.passphrase, salt, search.iterations).map(
    (material) => ({
      material,
      ...judge(search, material, blocks),
    }),
  );
  const [best] = tried.filter(({ likely }) => likely).sort((a, b) => compare(search, a, b));
  if (best !== undefined) return best.material;

  const other = tried.find(({ found }) => found !== undefined)?.found;
  if (other !== undefined) {
    throw new DamageError(
      'encoding-mismatch',
      `it decrypts to ${other}, and the plan says ${inside}`,
    );
  }
  if (tried.some(({ padding }) => padding >= CONVINCING_PADDING)) {
    throw new NotJudgedError(
      'content-not-recognised',
      `it seems to decrypt, but what comes out does not begin like ${inside}, which the plan names`,
    );
  }
  const ways = tried.map(({ material }) => describeDerivation(material.derivation)).join(', ');
  const or = search.tail === undefined && inside === 'wal' ? ', or it holds no WAL' : '';
  throw new DamageError(
    'wrong-key',
    `the passphrase does not open it (${cipher}; tried ${ways}). It was made with another passphrase, cipher, -md or -iter${or}`,
  );
};

/**
 * The likelier first. A last byte of padding is right under a wrong key once in 256 times; then the plan's
 * `iterations` speak for PBKDF2, and without them what a backup is made of, rows and headers, which hold fewer
 * different bytes than what is random.
 */
const compare = ({ inside, iterations }: KeySearch, a: Tried, b: Tried): number => {
  const isStated = ({ material }: Tried): number =>
    Number(iterations !== undefined && material.derivation.name === 'pbkdf2-sha256');
  return (
    rank(b, inside) - rank(a, inside) ||
    b.padding - a.padding ||
    isStated(b) - isStated(a) ||
    a.variety - b.variety
  );
};

/** What must be inside speaks for a key before anything else that is known, and that before the padding. */
const rank = ({ found }: Tried, inside: Inside): number => {
  if (found === undefined) return 0;
  return found === inside ? 2 : 1;
};

const refuseCut = ({ head, size }: KeySearch): void => {
  if (head.length < OPENSSL_HEADER_BYTES + BLOCK_BYTES) {
    throw new DamageError('truncated', `the encrypted file has only ${head.length} bytes`);
  }
  if (size !== undefined && size % BLOCK_BYTES !== 0) {
    throw new DamageError(
      'truncated',
      `it was cut off, or something follows its end: ${size} bytes are not whole blocks of ${BLOCK_BYTES}`,
    );
  }
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
): Omit<Tried, 'material'> => {
  const lastTwo = chainedEnd(tail, size, material);
  const padding = lastTwo === undefined ? 0 : paddingBytes(cipher, material, lastTwo);
  const plain = decryptHead(cipher, material, blocks);
  const looks = looksInside(inside, plain);
  const named = nameInside(plain);
  // One of some thousand wrong keys makes bytes that begin like a packet of OpenPGP: that proves no key.
  const found = looks === 'yes' ? inside : named === 'gpg' ? undefined : named;
  // Who asks for WAL judges its header next, and says better than this what is there instead.
  const isProven = inside === 'wal' && (found !== undefined || padding >= CONVINCING_PADDING);
  const isPossible = looks === 'cannot-say' && (padding > 0 || lastTwo === undefined);
  return {
    found,
    likely: looks === 'yes' || isProven || isPossible,
    padding,
    variety: new Set(plain).size,
  };
};
