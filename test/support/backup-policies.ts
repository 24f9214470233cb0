import type { StoredBackup } from '../../shared/plan/plan.ts';

/** A backup of the plan with everything that a test does not care about. */
export const storedBackup = (changes: Partial<StoredBackup> = {}): StoredBackup => ({
  name: 'database-full',
  store: 's3',
  kind: 'pg-dump',
  location: { bucket: 'backups', prefix: 'db/full/' },
  schedule: { text: 'daily 02:00 UTC', everySeconds: 86_400, trigger: 'clock' },
  severity: 'critical',
  controls: [],
  encryptedAtRest: false,
  copies: [],
  versioning: false,
  rereadSeconds: 30 * 86_400,
  shrinkWarningPercent: 50,
  ...changes,
});

export const PASSPHRASE = 'a passphrase of a test';

export const encrypting = (
  iterations?: number,
): Extract<NonNullable<StoredBackup['encoding']>[number], { name: 'openssl' }> => ({
  name: 'openssl',
  cipher: 'aes-256-cbc',
  passphrase: { from: 'literal', value: PASSPHRASE },
  iterations,
});
