import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { SecretUnavailableError } from '../../shared/secrets/secret-reader.ts';
import type { DeepMemory } from './deep-memory.ts';
import { noteUnreadable } from './note-walk.ts';
import type { SegmentFile } from './unread-files.ts';

export type Trouble = { reason: string; detail: string };

/** What became of the files that were to be walked, in one run. */
export type Attempts = {
  failed: number;
  /** Refused one after another. */
  inARow: number;
  /** Deleted since all names were last listed. */
  gone: number;
  mostGone: number;
  /** The first that kept from reading. */
  trouble?: Trouble;
  /** Nothing can be read now. */
  isOver: boolean;
};

/** More than are deleted between two runs of an archive of 100,000 segments that are kept for a week. */
const MOST_GONE = 64;

/** @param isAsked a person waits for all that can be walked; else the next run goes on soon. */
export const noAttempts = (isAsked: boolean): Attempts => ({
  failed: 0,
  inARow: 0,
  gone: 0,
  mostGone: isAsked ? Number.POSITIVE_INFINITY : MOST_GONE,
  isOver: false,
});

/** So many refused one after another: it is no matter of single files, and the next run goes on. */
const GIVE_UP_AFTER = 16;
/** Would meet the next file as well, and passes. */
const OF_ALL: ReadonlySet<string> = new Set(['timeout', 'throttled', 'unavailable', 'unreachable']);

/** Why a file was not read, and whether that says something about this file alone. */
export const troubleOf = (error: unknown): Trouble & { isOfFile: boolean } => {
  if (error instanceof SecretUnavailableError) {
    return { reason: 'key-unavailable', detail: error.message, isOfFile: false };
  }
  if (error instanceof NotJudgedError) {
    return { reason: error.reason, detail: error.message, isOfFile: true };
  }
  const { reason, message } = describeAwsFailure(error);
  return { reason, detail: message, isOfFile: !OF_ALL.has(reason) };
};

/**
 * Walks one file. Where it cannot be read it has had its turn: the others do not wait for it. What was deleted
 * since all names were last listed is no trouble. Changes `attempts` and `deep`. Never rejects.
 *
 * @returns undefined where the file was not walked.
 */
export const attemptWalk = async <Walked>(
  attempts: Attempts,
  deep: DeepMemory,
  file: SegmentFile,
  walk: () => Promise<Walked>,
): Promise<Walked | undefined> => {
  try {
    const walked = await walk();
    attempts.inARow = 0;
    return walked;
  } catch (error) {
    const { isOfFile, reason, detail } = troubleOf(error);
    attempts.failed += 1;
    if (isOfFile)
      noteUnreadable(deep, file, reason === 'not-found' ? undefined : { reason, detail });
    if (isOfFile && reason === 'not-found') {
      attempts.gone += 1;
      attempts.isOver = attempts.gone >= attempts.mostGone;
      return undefined;
    }
    attempts.inARow += 1;
    const name = file.segment + file.suffix;
    attempts.trouble ??= { reason, detail: isOfFile ? `${name}: ${detail}` : detail };
    attempts.isOver = !isOfFile || attempts.inARow >= GIVE_UP_AFTER;
    return undefined;
  }
};
