import { walkBackup } from '../../functions/verify-backup/walk-backup.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';

const policy: StoredBackup = {
  name: 'database-full',
  store: 's3',
  kind: 'pg-dump',
  location: { bucket: 'backups', prefix: '' },
  schedule: { text: 'on-demand', trigger: 'on-demand' },
  severity: 'critical',
  controls: [],
  encryptedAtRest: false,
  copies: [],
  versioning: false,
  rereadSeconds: 30 * 86_400,
  shrinkWarningPercent: 50,
};

const PIECE_BYTES = 4_000;

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  // Copies: a reader may give the memory of a piece back.
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield Buffer.from(bytes.subarray(at, at + PIECE_BYTES));
  }
}

/** What `verify-backup` says of these bytes: `pass`, `fail: <damage>` or `unknown: <reason>`. A crash is thrown. */
export const judgeBytes = async (
  name: string,
  bytes: Buffer,
  encoding?: StoredBackup['encoding'],
): Promise<string> => {
  if (bytes.length === 0) return 'fail: empty';
  try {
    await walkBackup({
      source: inPieces(bytes),
      name,
      size: bytes.length,
      backup: { ...policy, encoding },
      tail: bytes.subarray(-32),
      readSecret: async () => 'a passphrase of the bench',
    });
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return `fail: ${error.damage}`;
    if (error instanceof NotJudgedError) return `unknown: ${error.reason}`;
    throw error;
  }
};
