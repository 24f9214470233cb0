import { createDecipheriv, hkdfSync } from 'node:crypto';
import { DamageError } from './damage-error.ts';
import type { PieceReader } from './piece-reader.ts';

const NONCE_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;

type Chunk = { sealed: Buffer; isLast: boolean };

/** Counter of 11 bytes, then whether it is the last chunk. */
const nonceOf = (index: number, isLast: boolean): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
};

const open = (key: Buffer, index: number, { sealed, isLast }: Chunk): Buffer | undefined => {
  if (sealed.length < TAG_BYTES) return undefined;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('chacha20-poly1305', key, nonceOf(index, isLast), options);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
};

/** Why a chunk does not open: only its other end, or a cut inside it, can be told apart from a change. */
const fault = (key: Buffer, index: number, chunk: Chunk): DamageError => {
  const where = `piece ${index + 1} of the age file (64 KiB each)`;
  if (open(key, index, { ...chunk, isLast: !chunk.isLast }) !== undefined) {
    return chunk.isLast
      ? new DamageError('truncated', `it was cut off behind ${where}`)
      : new DamageError('trailing-data', `more bytes follow the end of the age file, ${where}`);
  }
  return chunk.sealed.length < SEALED_BYTES
    ? new DamageError(
        'truncated',
        `the last piece fails its authentication (${where}): it was cut off there, or changed`,
      )
    : new DamageError('corrupt', `${where} fails its authentication`);
};

/**
 * The payload of an age file, every chunk authenticated before it is handed out, and the last one known
 * to be the last.
 * Source: the age specification, "Payload" (STREAM with ChaCha20-Poly1305).
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`.
 */
export async function* readAgePayload(
  reader: PieceReader,
  fileKey: Uint8Array,
): AsyncGenerator<Buffer> {
  const nonce = await reader.take(NONCE_BYTES);
  if (nonce.length < NONCE_BYTES) {
    throw new DamageError('truncated', 'the age file ends behind its header');
  }
  const key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  let sealed = Buffer.from(await reader.take(SEALED_BYTES));
  for (let index = 0; ; index += 1) {
    // The next chunk is read first: without one this is the last.
    const next = Buffer.from(await reader.take(SEALED_BYTES));
    const chunk = { sealed, isLast: next.length === 0 };
    const plain = open(key, index, chunk);
    if (plain === undefined) throw fault(key, index, chunk);
    if (chunk.isLast && plain.length === 0 && index > 0) {
      throw new DamageError('corrupt', 'the last piece of the age file is empty');
    }
    if (plain.length > 0) yield plain;
    if (chunk.isLast) return;
    sealed = next;
  }
}
