import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Reading } from './decide-verdict.ts';
import { archivedReading, endReading, type Time } from './end-reading.ts';
import type { ObjectClient, StoredObject } from './object-client.ts';
import { walkBackup } from './walk-backup.ts';

/** Two cipher blocks: enough to see whether the end decrypts. */
const TAIL_BYTES = 32;

type Dependencies = { objects: ObjectClient; readSecret: SecretReader };

/**
 * Reads one object to its end and says how that went. Never throws for what is wrong with the object,
 * its bucket or its key.
 *
 * @param time after which reading ends, and the function's memory, which its speed comes from.
 */
export const readBackup = async (
  { objects, readSecret }: Dependencies,
  object: StoredObject,
  backup: StoredBackup,
  time: Time,
): Promise<Reading> => {
  if (object.size === 0) return { ended: 'damaged', damage: 'empty', detail: 'has 0 bytes' };
  if (object.archived) return archivedReading(object);
  return endReading({ size: object.size, ...time }, async (signal, pace) =>
    walkBackup({
      source: pace.watch(objects.read(object, signal)),
      name: object.key,
      size: object.size,
      backup,
      tail: await objects.tail(object, TAIL_BYTES, signal),
      readSecret,
    }),
  );
};
