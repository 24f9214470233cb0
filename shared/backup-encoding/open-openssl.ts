import type { EncodingLayer } from '../plan/plan.ts';
import type { SecretReference } from '../plan/secret-reference.ts';
import type { ByteSource } from './byte-source.ts';
import { findKey } from './find-key.ts';
import type { Inside } from './looks-inside.ts';
import { opensslDecrypt } from './openssl-decrypt.ts';
import { describeDerivation } from './openssl-key.ts';

type OpensslLayer = Extract<EncodingLayer, { name: 'openssl' }>;

type Known = {
  inside: Inside;
  size?: number;
  tail?: Buffer;
  /** Only the outermost layer's end is known before it is read. */
  isOutermost: boolean;
  readSecret: (secret: SecretReference) => Promise<string>;
};

/** Finds the key of what `openssl enc` wrote, and decrypts with it. Throws what `findKey` throws. */
export const openOpenssl = async (
  { cipher, passphrase, iterations }: OpensslLayer,
  { head, source }: { head: Buffer; source: ByteSource },
  { inside, size, tail, isOutermost, readSecret }: Known,
): Promise<{ name: string; source: ByteSource }> => {
  const key = findKey({
    cipher,
    passphrase: await readSecret(passphrase),
    iterations,
    head,
    tail: isOutermost ? tail : undefined,
    size: isOutermost ? size : undefined,
    inside,
  });
  return {
    name: `openssl ${cipher} (${describeDerivation(key.derivation)})`,
    source: opensslDecrypt(source, cipher, key),
  };
};
