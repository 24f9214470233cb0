import type { Severity } from '../../events/check-reported/v1.ts';
import type { Damage } from '../../shared/backup-encoding/damage-error.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Verified } from './verification-ledger.ts';
import type { Walk } from './walk-backup.ts';

/** How the reading of an object ended. */
export type Reading =
  | { ended: 'walked'; walk: Walk }
  | { ended: 'damaged'; damage: Damage; detail: string }
  /** Nobody could look: a named reason, what would help, and whether another try may succeed by itself. */
  | { ended: 'not-seen'; reason: string; detail: string; action: string; retry: boolean };

export type Judgement = {
  verdict: 'pass' | 'fail' | 'unknown';
  reason: string;
  severity?: Severity;
  /** Ends a sentence that begins with the name of the backup and of the object. */
  finding: string;
  action: string;
};

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export const formatBytes = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
};

const ACTIONS: Record<Damage, string> = {
  empty:
    'Take a new backup now and find out why this one is empty: usually the dump command failed and its pipe went on.',
  truncated:
    'Take a new backup now: this one cannot be restored whole. Look for a full disk, a killed job or a broken upload.',
  corrupt:
    'Take a new backup now: this one cannot be restored whole. Compare it with its copies, if it has any.',
  'trailing-data':
    'Find out what wrote after the end of the backup: two uploads may have been joined.',
  'wrong-key':
    'Find the passphrase that this backup was made with before it is needed; until then it is lost. Then check which key the backup job uses.',
  'encoding-mismatch':
    'Correct the backup job, or the encoding in the plan, so that both say the same.',
  'not-a-dump':
    'Look at what the backup job wrote: the object is no dump of pg_dump or pg_dumpall.',
  'token-mismatch':
    'Take a new backup now: the beginning and the end of this one come from different dumps.',
};

const describeContents = ({ contents }: Walk): string => {
  if (contents === undefined) return '';
  const { database, tables, rows } = contents;
  const held = `${tables} tables${rows === undefined ? '' : ` and ${rows} rows`}`;
  return `, with ${held} of database ${database}`;
};

const describeWalk = (walk: Walk): string => {
  const { format, layers, plainBytes, serverVersion } = walk;
  const opened = layers.map((layer) =>
    /^(openssl|age|gpg)\b/.test(layer) ? 'decrypts' : 'decompresses',
  );
  const steps = [...new Set(opened)].join(' and ') || 'is readable to its end';
  if (format === 'bytes')
    return `${steps}: ${formatBytes(plainBytes)}, whose content the plan promises nothing about`;
  const server = serverVersion === undefined ? '' : ` of PostgreSQL ${serverVersion}`;
  return `${steps}; it is a complete ${format} dump${server}, ${formatBytes(plainBytes)}${describeContents(walk)}`;
};

/**
 * The verdict over one reading. Pure.
 *
 * @param previous the newest backup of the same policy that was verified before and is older than this one.
 */
export const decideVerdict = (
  backup: StoredBackup,
  reading: Reading,
  previous: Verified | undefined,
): Judgement => {
  switch (reading.ended) {
    case 'not-seen':
      return {
        verdict: 'unknown',
        reason: reading.reason,
        finding: reading.detail,
        action: reading.action,
      };
    case 'damaged':
      return {
        verdict: 'fail',
        reason: reading.damage,
        severity: backup.severity,
        finding: reading.detail,
        action: ACTIONS[reading.damage],
      };
    case 'walked': {
      const { walk } = reading;
      const limit = previous && previous.plainBytes * (1 - backup.shrinkWarningPercent / 100);
      // Files, images and certificates are as large as they are; only a database grows and stays.
      const isSeries = backup.kind === 'pg-dump' || backup.kind === 'base-backup';
      if (isSeries && previous !== undefined && limit !== undefined && walk.plainBytes <= limit) {
        const shrunk = Math.round(100 * (1 - walk.plainBytes / previous.plainBytes));
        return {
          verdict: 'fail',
          reason: 'shrunk',
          severity: 'warning',
          finding: `is ${shrunk}% smaller than the backup before it: ${formatBytes(walk.plainBytes)} after ${formatBytes(previous.plainBytes)}`,
          action:
            'Find out what is gone: a dropped table, another database, a job that dumps only part. Keep the backup before it until you know.',
        };
      }
      return { verdict: 'pass', reason: 'verified', finding: describeWalk(walk), action: '' };
    }
  }
};
