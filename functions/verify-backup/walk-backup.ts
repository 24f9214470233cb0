import { createHash } from 'node:crypto';
import { type ByteSource, peek } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { SecretReference } from '../../shared/plan/secret-reference.ts';
import { DECRYPTERS } from './decrypters.ts';
import { type Format, walkFormat } from './walk-format.ts';

/** What was seen of a backup that was read to its end. */
export type Walk = Format & {
  bytes: number;
  sha256: string;
  plainBytes: number;
  /** Outermost first, e.g. `openssl aes-256-cbc (evp-sha256)`, `gzip`. */
  layers: string[];
};

export type WalkInput = {
  source: ByteSource;
  /** The object's name: it may say that it is a dump. */
  name: string;
  size: number;
  backup: StoredBackup;
  /** The last bytes of the object, read beforehand: they tell a wrong key before everything is read. */
  tail: Buffer;
  /** What opens an encrypting layer. */
  readSecret: (secret: SecretReference) => Promise<string>;
};

/** A tar is known by the end of its first header. */
const HEAD_BYTES = 512;

/**
 * Reads a backup to its last byte: hash, decryption, decompression, and the format that its kind
 * promises. Constant memory.
 *
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} what this version cannot judge.
 * Errors of the source (S3, time) pass through.
 */
export const walkBackup = async (input: WalkInput): Promise<Walk> => {
  const { backup } = input;
  const hash = createHash('sha256');
  let bytes = 0;
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of input.source) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  const { source, layers, close } = await openLayers({
    source: hashed(),
    encoding: backup.encoding,
    inside: backup.kind === 'pg-dump' ? 'pg-dump' : 'anything',
    size: input.size,
    tail: input.tail,
    readSecret: input.readSecret,
    decrypters: DECRYPTERS,
  });
  try {
    const { head, source: plain } = await peek(source, HEAD_BYTES);
    if (head.length === 0) throw new DamageError('empty', 'there is nothing inside');
    let plainBytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of plain) {
        plainBytes += piece.length;
        yield piece;
      }
    };
    const format = await walkFormat(backup, head, counted(), input.name);
    return { bytes, sha256: hash.digest('hex'), plainBytes, layers, ...format };
  } finally {
    close();
  }
};
