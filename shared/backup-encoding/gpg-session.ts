import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Message, SessionKey } from 'openpgp';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { opensGpgPrefix, readGpgHead } from './gpg-head.ts';
import type { GpgKey } from './gpg-key.ts';

export type GpgStream = WebStream<Uint8Array<ArrayBuffer>>;

/** 2^19 KiB, half a gigabyte. */
const MAX_ARGON2_EXPONENT = 19;
/** Integrity is verified at the end of the stream: a backup does not fit into memory. */
export const GPG_CONFIG = {
  allowUnauthenticatedStream: true,
  maxArgon2MemoryExponent: MAX_ARGON2_EXPONENT,
};

/** A recipient may be hidden (`--throw-keyids`). */
const HIDDEN = /^0+$/;

/** Says before anything is decrypted that the plan names another key. */
const checkRecipients = (
  message: Message<GpgStream>,
  key: GpgKey,
  hasPassphrase: boolean,
): void => {
  const ids = message.getEncryptionKeyIDs();
  const wrong = (made: string, named: string): DamageError =>
    new DamageError('wrong-key', `gpg encrypted it ${made}, and the plan names ${named}`);
  const recipients = ids.map((id) => id.toHex()).join(', ');
  if ('passwords' in key) {
    if (ids.length > 0 && !hasPassphrase) throw wrong(`to the keys ${recipients}`, 'a passphrase');
    return;
  }
  const isFor = key.decryptionKeys.some((own) =>
    ids.some((id) => HIDDEN.test(id.toHex()) || own.getKeys(id).length > 0),
  );
  if (!isFor) {
    throw wrong(ids.length === 0 ? 'by a passphrase' : `to the keys ${recipients}`, 'another key');
  }
};

/**
 * What opens a message, and whether nothing but its end can prove it.
 *
 * @param head the first bytes of the file.
 * @throws {DamageError} `wrong-key`.
 */
export const provenKeys = async (
  message: Message<GpgStream>,
  opener: GpgKey,
  head: Buffer,
): Promise<{ keys: GpgKey | { sessionKeys: SessionKey[] }; isGuess: boolean }> => {
  const { decryptSessionKeys, SymEncryptedSessionKeyPacket } = await import('openpgp');
  const hasPassphrase = message.packets.some(
    (packet) => packet instanceof SymEncryptedSessionKeyPacket,
  );
  checkRecipients(message, opener, hasPassphrase);
  const isPassphrase = 'passwords' in opener;
  const { prefix, cipher } = readGpgHead(head);
  if (isPassphrase && cipher !== undefined && NOT_READ.includes(cipher)) throw notRead();
  if (prefix === undefined) return { keys: opener, isGuess: isPassphrase };
  const wrong = new DamageError('wrong-key', 'the passphrase does not open it (gpg)');
  const found = await decryptSessionKeys({ message, ...opener, config: GPG_CONFIG }).catch(
    (error) => {
      if (!/session key decryption failed/i.test(String(error))) throw error;
      throw isPassphrase ? wrong : notRead();
    },
  );
  const fitting = found.flatMap(({ data, algorithm }) => {
    const opens = algorithm === null ? 'no' : opensGpgPrefix(prefix, { data, algorithm });
    return algorithm === null || opens === 'no' ? [] : [{ data, algorithm, opens }];
  });
  if (fitting.length > 0) {
    const isGuess = isPassphrase && fitting.every(({ opens }) => opens === 'cannot-say');
    return { keys: { sessionKeys: fitting }, isGuess };
  }
  throw isPassphrase
    ? wrong
    : new DamageError('corrupt', 'the beginning of the gpg file is corrupt');
};

/** IDEA and Camellia. */
const NOT_READ = [1, 11, 12, 13];

const notRead = (): NotJudgedError =>
  new NotJudgedError(
    'encoding-not-supported',
    'its session key does not open: it is of a cipher that is not read here (Camellia, IDEA), or damaged',
  );
