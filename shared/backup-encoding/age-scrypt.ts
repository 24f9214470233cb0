import { createDecipheriv, scrypt } from 'node:crypto';
import type { Identity } from 'age-encryption';
import { NotJudgedError } from './damage-error.ts';

const BLOCK_SIZE = 8;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** 2^19 takes 512 MiB and about two seconds; `age` writes 2^18. */
const MAX_LOG_N = 19;
const LABEL = Buffer.from('age-encryption.org/v1/scrypt');

const derive = (passphrase: string, salt: Buffer, logN: number): Promise<Buffer> => {
  const cost = 2 ** logN;
  const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 256 * cost * BLOCK_SIZE };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([LABEL, salt]), KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
};

const unwrap = (body: Uint8Array, key: Buffer): Uint8Array | null => {
  const nonce = Buffer.alloc(12);
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
};

/**
 * A passphrase, by Node's own scrypt: twice as fast as the library's, and beside this thread.
 * Source: the age specification, "The scrypt recipient type".
 *
 * @throws {NotJudgedError} `over-limit` where the header asks for more memory than is here.
 */
export const ageScryptIdentity = (passphrase: string): Identity => ({
  unwrapFileKey: async ([stanza, ...others]) => {
    const [type, salt = '', logN = ''] = stanza?.args ?? [];
    if (stanza === undefined || type !== 'scrypt' || others.length > 0) return null;
    const saltBytes = Buffer.from(salt, 'base64');
    const isValid = saltBytes.length === 16 && /^[1-9]\d?$/.test(logN) && stanza.body.length === 32;
    if (!isValid) throw new Error('the scrypt stanza is not valid');
    if (Number(logN) > MAX_LOG_N) {
      throw new NotJudgedError(
        'over-limit',
        `its passphrase takes scrypt with 2^${logN} rounds, and up to 2^${MAX_LOG_N} are done here`,
      );
    }
    return unwrap(stanza.body, await derive(passphrase, saltBytes, Number(logN)));
  },
});
