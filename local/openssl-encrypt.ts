import { createCipheriv, randomBytes } from 'node:crypto';
import {
  candidateKeys,
  type KeyDerivation,
  SALTED,
} from '../shared/backup-encoding/openssl-key.ts';

const cipher = 'aes-256-cbc';

/**
 * What `openssl enc -aes-256-cbc -salt` writes, for machines that have no openssl. Key derivation is
 * the reader's own, which the files in test/fixtures/openssl prove right.
 */
export const opensslEncrypt = (
  plain: Buffer,
  passphrase: string,
  derivation: KeyDerivation['name'] = 'evp-sha256',
): Buffer => {
  const salt = randomBytes(8);
  const material = candidateKeys(cipher, passphrase, salt).find(
    (key) => key.derivation.name === derivation,
  );
  if (material === undefined) throw new Error(`no derivation is called ${derivation}`);
  const encipher = createCipheriv(cipher, material.key, material.iv);
  return Buffer.concat([SALTED, salt, encipher.update(plain), encipher.final()]);
};
