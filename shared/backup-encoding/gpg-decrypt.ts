import type { Message } from 'openpgp';
import { peek } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import type { Decrypter } from './decrypters.ts';
import { gpgFault } from './gpg-fault.ts';
import { GPG_ARMOR } from './gpg-head.ts';
import { readGpgKey } from './gpg-key.ts';
import { GPG_CONFIG, type GpgStream, provenKeys } from './gpg-session.ts';
import { StreamFeed } from './stream-feed.ts';

/** Room for the session keys of a few recipients. */
const HEAD_BYTES = 4096;
/** Each may cost an operation of a private key. */
const MAX_PACKETS = 64;

const readMessage = async (feed: StreamFeed, isArmored: boolean): Promise<Message<GpgStream>> => {
  const library = await import('openpgp');
  const message = await (isArmored
    ? library.readMessage({ armoredMessage: ReadableStream.from(feed.texts()) })
    : library.readMessage({ binaryMessage: ReadableStream.from(feed.pieces()) }));
  if (message.packets.length > MAX_PACKETS) {
    throw new NotJudgedError('over-limit', `it has more than ${MAX_PACKETS} recipients`);
  }
  return message;
};

/**
 * Decrypts what `gpg` wrote: `-c` with a passphrase, `-e` with a private key, armored or not. What comes
 * out is not known to be whole before its end, where the integrity check (MDC or AEAD) is verified.
 */
export const decryptGpg: Decrypter<'gpg'> = async (source, { key, passphrase }, readSecret) => {
  const opener = await readGpgKey(
    await readSecret(key),
    passphrase === undefined ? undefined : await readSecret(passphrase),
  );
  const { head, source: whole } = await peek(source, HEAD_BYTES);
  const isArmored = head.toString('latin1').startsWith(GPG_ARMOR);
  const feed = new StreamFeed(whole);
  return (async function* (): AsyncGenerator<Buffer> {
    const progress = { plainBytes: 0, isGuess: false };
    try {
      const { decrypt } = await import('openpgp');
      const message = await readMessage(feed, isArmored);
      const { keys, isGuess } = await provenKeys(message, opener, head);
      progress.isGuess = isGuess;
      const { data } = await decrypt({ message, ...keys, format: 'binary', config: GPG_CONFIG });
      for await (const piece of data) {
        progress.plainBytes += piece.length;
        // A copy: the library may still hash a piece that its reader has given back.
        yield Buffer.from(piece);
      }
    } catch (error) {
      if (feed.error !== undefined) throw feed.error;
      const isOurs = error instanceof DamageError || error instanceof NotJudgedError;
      throw isOurs ? error : gpgFault(error, progress);
    } finally {
      await feed.close();
    }
  })();
};
