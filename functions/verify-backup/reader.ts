import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Conditions } from './decide-new-try.ts';
import { contentsFingerprint, fingerprint } from './fingerprint.ts';
import type { StoredObject } from './object-client.ts';
import type { Services } from './services.ts';

/**
 * Which reading of backups this is. Raise it by one in every release that changes a verdict: that calls
 * healthy what was accused, finds what was passed over, or judges what was `unknown`. What was found broken
 * or could not be judged by another one is then read again, once, within 15 minutes of the deploy; what
 * passed is not, before the plan's `reread`.
 */
export const READER = 1;

/** What a reading of an object would be done with now. */
export const conditionsOf = (
  { memoryMb }: Pick<Services, 'memoryMb'>,
  object: StoredObject,
  backup: StoredBackup,
): Conditions => ({
  fingerprint: fingerprint(object, backup),
  reader: READER,
  memoryMb,
  archived: object.archived,
});

/** What its contents would be judged with now. */
export const contentsConditionsOf = (
  services: Pick<Services, 'memoryMb' | 'plan'>,
  object: StoredObject,
  backup: StoredBackup,
): Conditions => {
  const hasWalArchive = services.plan.backups.some(({ kind }) => kind === 'wal');
  return {
    ...conditionsOf(services, object, backup),
    fingerprint: contentsFingerprint(object, backup, hasWalArchive),
  };
};
