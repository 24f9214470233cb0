import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { IncompleteSetError } from '../../shared/backup-set/incomplete-set-error.ts';
import { SecretUnavailableError } from '../../shared/secrets/secret-reader.ts';
import type { Reading } from './decide-verdict.ts';
import { describeOutOfTime } from './describe-out-of-time.ts';
import { OutOfTimeError, type PaceOptions, ReadingPace } from './reading-pace.ts';
import type { Walk } from './walk-backup.ts';

/** Nobody could look: why, what would help, and whether another try may succeed by itself. */
export const notSeen = (
  reason: string,
  detail: string,
  action: string,
  retry = false,
): Reading => ({
  ended: 'not-seen',
  reason,
  detail,
  action,
  retry,
});

/** Nothing can be read of what lies in an archive. */
export const archivedReading = ({ storageClass }: { storageClass: string }): Reading =>
  notSeen(
    'archived',
    `is in ${storageClass}, where nothing can be read before it is restored`,
    'Restore a sample by hand to prove it, or keep backups that must be proven in a class that is readable at once.',
  );

/** What S3 answers for an object that a listing did not show to be in an archive (Intelligent-Tiering). */
const isArchived = (error: unknown): boolean =>
  error instanceof Error && error.name === 'InvalidObjectState';

/** Nothing of it is tried again: a new object of that name is announced anew. */
export const GONE = notSeen(
  'not-found',
  'is not there (any more)',
  'If you named it yourself, look at bucket and key again. If it was deleted, check-backups says what is missing now.',
);

/** What could not be read for a reason outside the backup. Anything unforeseen is rethrown by the caller. */
export const describeFailure = (error: unknown): Reading => {
  if (error instanceof NotJudgedError) {
    return notSeen(
      error.reason,
      `could not be judged: ${error.message}`,
      'Restore it by hand to prove it.',
    );
  }
  if (error instanceof SecretUnavailableError) {
    return notSeen(
      'key-unavailable',
      `could not be decrypted: ${error.message}`,
      'Create the secret, and allow verify-backup to read it.',
      true,
    );
  }
  if (isArchived(error)) return archivedReading({ storageClass: 'an archive tier' });
  const { reason, message } = describeAwsFailure(error);
  if (reason === 'not-found') return GONE;
  const words = `could not be read: ${reason} (${message})`;
  const action =
    reason === 'access-denied'
      ? 'Allow s3:GetObject, and kms:Decrypt where the bucket uses a key of yours, to the role of verify-backup.'
      : 'It is tried again by itself.';
  return notSeen(reason, words, action, true);
};

/** How long a reading may take, and the memory of the function, which its speed comes from. */
export type Time = Pick<PaceOptions, 'budgetMs' | 'memoryMb'>;

/**
 * Walks a backup within a time and says how that went. Never throws for what is wrong with the backup, its
 * bucket or its key. Where it cannot end in time the answer is "not seen: out of time", as soon as that is
 * certain, and in any case when the time is up.
 *
 * @param walk must pass all that it reads through `pace.watch`.
 */
export const endReading = async (
  task: Time & { size: number },
  walk: (signal: AbortSignal, pace: ReadingPace) => Promise<Walk>,
): Promise<Reading> => {
  const stop = new AbortController();
  const pace = new ReadingPace(task);
  const timer = setTimeout(() => stop.abort(), Math.max(0, task.budgetMs));
  try {
    return { ended: 'walked', walk: await walk(stop.signal, pace) };
  } catch (error) {
    if (stop.signal.aborted) return describeOutOfTime(pace.estimate(), task);
    if (error instanceof OutOfTimeError) return describeOutOfTime(error.estimate, task);
    if (error instanceof DamageError) {
      const isIncomplete = error instanceof IncompleteSetError;
      const detail = `is broken: ${error.message}`;
      return { ended: 'damaged', damage: error.damage, detail, isIncomplete };
    }
    return describeFailure(error);
  } finally {
    clearTimeout(timer);
  }
};
