import type { PrivateKey } from 'openpgp';
import { NotJudgedError } from './damage-error.ts';

/** What opens a message: exactly one of the two. */
export type GpgKey = { passwords: string } | { decryptionKeys: PrivateKey[] };

const ARMORED_KEY = '-----BEGIN PGP PRIVATE KEY BLOCK-----';

const withoutLineEnd = (secret: string): string => secret.replace(/\r?\n$/, '');

/**
 * What the plan names for a gpg layer: an armored private key, opened by its own passphrase where it has
 * one; else a passphrase.
 *
 * @throws {NotJudgedError} a key that cannot be used. Says nothing of what it holds.
 */
export const readGpgKey = async (
  secret: string,
  passphrase: string | undefined,
): Promise<GpgKey> => {
  if (!secret.includes(ARMORED_KEY)) return { passwords: withoutLineEnd(secret) };
  const { decryptKey, readPrivateKeys } = await import('openpgp');
  const keys = await readPrivateKeys({ armoredKeys: secret.trim() }).catch(() => {
    throw new NotJudgedError(
      'key-not-named',
      'what the plan names for gpg is no valid private key',
    );
  });
  const decryptionKeys = await Promise.all(
    keys.map(async (privateKey) => {
      if (privateKey.isDecrypted()) return privateKey;
      if (passphrase === undefined) {
        throw new NotJudgedError(
          'key-not-named',
          'the private key that the plan names for gpg has a passphrase, which the plan does not name',
        );
      }
      return decryptKey({ privateKey, passphrase: withoutLineEnd(passphrase) }).catch(() => {
        throw new NotJudgedError(
          'key-not-named',
          'the passphrase that the plan names does not open its private key for gpg',
        );
      });
    }),
  );
  return { decryptionKeys };
};
