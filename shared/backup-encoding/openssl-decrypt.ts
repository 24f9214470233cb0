import { createDecipheriv } from 'node:crypto';
import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import {
  BLOCK_BYTES,
  type KeyMaterial,
  OPENSSL_HEADER_BYTES,
  type OpensslCipher,
} from './openssl-key.ts';
import { releasePiece } from './release-piece.ts';

/**
 * Decrypts the output of `openssl enc -salt` with a key that was found before.
 *
 * Pieces of the source must not be used any more once they were handed over.
 *
 * CBC is not authenticated: a changed byte garbles a block and goes on. Only what is inside (a gzip
 * checksum, a dump's structure) or a stored digest can show that.
 *
 * @throws {DamageError} `truncated` where the file is not whole blocks or its padding is not valid.
 */
export async function* opensslDecrypt(
  source: ByteSource,
  cipher: OpensslCipher,
  { key, iv }: KeyMaterial,
): AsyncGenerator<Buffer> {
  const decipher = createDecipheriv(cipher, key, iv);
  let seen = 0;
  for await (const piece of source) {
    const ciphertext =
      seen >= OPENSSL_HEADER_BYTES ? piece : piece.subarray(OPENSSL_HEADER_BYTES - seen);
    seen += piece.length;
    if (ciphertext.length === 0) continue;
    const plain = decipher.update(ciphertext);
    releasePiece(piece);
    if (plain.length > 0) yield plain;
  }
  if (seen % BLOCK_BYTES !== 0 || seen < OPENSSL_HEADER_BYTES + BLOCK_BYTES) {
    throw new DamageError(
      'truncated',
      `the encrypted file ends after ${seen} bytes, in the middle of a block of ${BLOCK_BYTES}`,
    );
  }
  let last: Buffer;
  try {
    last = decipher.final();
  } catch (error) {
    throw new DamageError(
      'truncated',
      `it was cut off: after ${seen} bytes it does not end as an encrypted file does`,
      { cause: error },
    );
  }
  if (last.length > 0) yield last;
}
