import { type ByteSource, peek } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import { looksInside } from '../../shared/backup-encoding/looks-inside.ts';
import { openMember } from '../../shared/backup-set/open-member.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Reading } from './decide-verdict.ts';
import { DECRYPTERS } from './decrypters.ts';
import { archivedReading, endReading, type Time } from './end-reading.ts';
import type { ObjectClient } from './object-client.ts';
import type { Member, StoredFolder } from './stored-folder.ts';
import { type Stored, walkFolder } from './walk-folder.ts';

type Dependencies = { objects: ObjectClient; readSecret: SecretReader };

const TAIL_BYTES = 32;
/** What comes by one request: its end is at hand without another one. */
const SMALL_BYTES = 4 * 1024 * 1024;
const HEAD_BYTES = 64;
const SNIFF_MS = 20_000;

const readMember =
  (
    objects: ObjectClient,
    { encoding = [] }: StoredBackup,
    signal: AbortSignal,
    watch: (source: ByteSource) => ByteSource = (source) => source,
  ) =>
  async ({ object }: Member): Promise<Stored> => {
    const source = watch(objects.read(object, signal));
    if (encoding.at(-1)?.name !== 'openssl') return { source };
    if (object.size > SMALL_BYTES) {
      return { source, tail: await objects.tail(object, TAIL_BYTES, signal) };
    }
    const pieces = await Array.fromAsync(source);
    const whole = async function* () {
      yield* pieces;
    };
    return { source: whole(), tail: Buffer.concat(pieces).subarray(-TAIL_BYTES) };
  };

/**
 * Reads every file of a folder that is one backup and says how that went. Never throws for what is wrong
 * with the files, their bucket or their key.
 *
 * @param time after which reading ends, and the function's memory, which its speed comes from.
 */
export const readFolder = async (
  { objects, readSecret }: Dependencies,
  folder: StoredFolder,
  backup: StoredBackup,
  time: Time,
): Promise<Reading> => {
  if (folder.archived) return archivedReading(folder);
  return endReading({ size: folder.size, ...time }, (signal, pace) =>
    walkFolder({
      members: folder.members,
      backup,
      read: readMember(objects, backup, signal, (source) => pace.watch(source)),
      readSecret,
    }),
  );
};

/**
 * Whether a file that is named like a part of a dump begins like a whole one.
 *
 * @throws what keeps it from being looked at.
 */
export const isWholeDump = async (
  { objects, readSecret }: Dependencies,
  member: Member,
  backup: StoredBackup,
): Promise<boolean> => {
  const signal = AbortSignal.timeout(SNIFF_MS);
  const { storedAs, size } = member;
  try {
    const { source, tail } = await readMember(objects, backup, signal)(member);
    const opened = await openMember(storedAs, source, {
      encoding: backup.encoding,
      decrypters: DECRYPTERS,
      size,
      tail,
      readSecret,
    });
    try {
      const { head } = await peek(opened.source, HEAD_BYTES);
      return looksInside('pg-dump', head) === 'yes';
    } finally {
      opened.close();
    }
  } catch (error) {
    // It does not begin as it should; the walk that follows says it.
    if (error instanceof DamageError) return false;
    throw error;
  }
};
