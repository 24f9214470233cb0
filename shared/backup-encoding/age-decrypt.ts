import { AGE_ARMOR_BEGIN, readAgeArmor } from './age-armor.ts';
import { type AgeHeader, readAgeHeader } from './age-header.ts';
import { readAgePayload } from './age-payload.ts';
import { ageScryptIdentity } from './age-scrypt.ts';
import { peek } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import type { Decrypter } from './decrypters.ts';
import { PieceReader } from './piece-reader.ts';

/** What the library opens. Keys of ssh and of plugins are not kept where a secret of a plan is. */
const OPENED = /^(X25519|scrypt|mlkem768x25519)$/;
/** A recipient that everybody writes who wants to be sure that others are ignored. */
const GREASE = /-grease$/;

/** Lines with identities, as `age-keygen` writes them; else all of it is a passphrase. */
const identitiesOf = (secret: string): string[] =>
  secret
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'));

const wrongKey = (recipients: string[], identities: string[]): Error => {
  const kinds = recipients.filter((recipient) => !GREASE.test(recipient));
  if (!kinds.some((kind) => OPENED.test(kind))) {
    return new NotJudgedError(
      'encoding-not-supported',
      `age encrypted it to ${[...new Set(kinds)].slice(0, 5).join(', ')}, which is not opened here`,
    );
  }
  const isByPassphrase = kinds.includes('scrypt');
  if (isByPassphrase !== (identities.length === 0)) {
    const [made, named] = isByPassphrase
      ? ['a passphrase', 'an identity']
      : ['recipients', 'a passphrase'];
    return new DamageError('wrong-key', `age encrypted it to ${made}, and the plan names ${named}`);
  }
  return new DamageError(
    'wrong-key',
    isByPassphrase
      ? 'the passphrase does not open it (age)'
      : 'it is not encrypted to the identity that the plan names (age)',
  );
};

const addIdentities = (add: (identity: string) => void, identities: string[]): void => {
  for (const identity of identities) {
    try {
      add(identity);
    } catch {
      // What the library says repeats the secret.
      throw new NotJudgedError('key-not-named', 'what the plan names for age is no valid identity');
    }
  }
};

const openHeader = async (
  { bytes, recipients }: AgeHeader,
  secret: string,
): Promise<Uint8Array> => {
  const { Decrypter: Library } = await import('age-encryption');
  const library = new Library();
  const identities = identitiesOf(secret);
  addIdentities((identity) => library.addIdentity(identity), identities);
  if (identities.length === 0) library.addIdentity(ageScryptIdentity(secret.replace(/\r?\n$/, '')));
  try {
    return await library.decryptHeader(bytes);
  } catch (error) {
    if (error instanceof NotJudgedError) throw error;
    const detail = error instanceof Error ? error.message : '';
    if (/no identity matched/.test(detail)) throw wrongKey(recipients, identities);
    throw new DamageError('corrupt', `the header of the age file is corrupt: ${detail}`);
  }
};

/** Decrypts what `age` wrote, also armored, with a passphrase or with identities. */
export const decryptAge: Decrypter<'age'> = async (source, { key }, readSecret) => {
  const { head, source: whole } = await peek(source, AGE_ARMOR_BEGIN.length);
  const isArmored = head.toString('latin1') === AGE_ARMOR_BEGIN;
  const reader = new PieceReader(isArmored ? readAgeArmor(whole) : whole);
  let fileKey: Uint8Array;
  try {
    fileKey = await openHeader(await readAgeHeader(reader), await readSecret(key));
  } catch (error) {
    await reader.close();
    throw error;
  }
  const payload = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* readAgePayload(reader, fileKey);
    } finally {
      await reader.close();
    }
  };
  return payload();
};
