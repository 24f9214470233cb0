import { walkBackup } from '../../functions/verify-backup/walk-backup.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import type { BackupFile, BackupSet } from '../../shared/backup-set/backup-set.ts';
import { openMember } from '../../shared/backup-set/open-member.ts';
import { readStoredName } from '../../shared/backup-set/stored-name.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { walkDirectoryDump } from '../../shared/postgres-archive/directory-dump.ts';
import type { Stored } from './stored.ts';

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

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Buffer> {
  // Copies: a reader may give the memory of a piece back.
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield Buffer.from(bytes.subarray(at, at + PIECE_BYTES));
  }
}

const setOf = (files: ReadonlyMap<string, Uint8Array>): BackupSet => ({
  files: [...files].map(([storedAs, { length: size }]) => ({ ...readStoredName(storedAs), size })),
  async *open({ storedAs }: BackupFile) {
    const bytes = files.get(storedAs) ?? Buffer.alloc(0);
    if (bytes.length === 0) return;
    const input = { inside: 'anything', readSecret: async () => '' } as const;
    yield* (await openMember(storedAs, inPieces(bytes), input)).source;
  },
});

const walk = (name: string, stored: Stored): Promise<unknown> => {
  if (!(stored instanceof Uint8Array)) return walkDirectoryDump(setOf(stored));
  const bytes = Buffer.from(stored);
  return walkBackup({
    source: inPieces(bytes),
    name,
    size: bytes.length,
    backup: policy,
    tail: bytes.subarray(-32),
    readSecret: async () => '',
  });
};

/**
 * What `verify-backup` says of a dump: `pass`, `fail: <damage>` or `unknown: <reason>`.
 *
 * @param name of the object: it may say that it is a dump.
 * @throws whatever is neither: a crash.
 */
export const judgeStored = async (name: string, stored: Stored): Promise<string> => {
  if (stored instanceof Uint8Array && stored.length === 0) return 'fail: empty';
  try {
    await walk(name, stored);
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return `fail: ${error.damage}`;
    if (error instanceof NotJudgedError) return `unknown: ${error.reason}`;
    throw error;
  }
};
