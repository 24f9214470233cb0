import type { Severity } from '../../events/check-reported/v1.ts';
import type { Damage } from '../../shared/backup-encoding/damage-error.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { DumpContents } from '../../shared/postgres-archive/dump-contents.ts';
import { countOf } from './count-of.ts';
import type { Estimate } from './decide-budget.ts';
import { describeBaseBackup } from './describe-base-backup.ts';
import { formatBytes } from './format-bytes.ts';
import type { Walk } from './walk-backup.ts';

/** How the reading of an object ended. */
export type Reading =
  | { ended: 'walked'; walk: Walk }
  /** `isIncomplete`: a file is missing, and may still be on its way. */
  | { ended: 'damaged'; damage: Damage; detail: string; isIncomplete?: boolean }
  /** Nobody could look: a named reason, what would help, and whether another try may succeed by itself. */
  | {
      ended: 'not-seen';
      reason: string;
      detail: string;
      action: string;
      retry: boolean;
      /** Where time was what was missing. */
      estimate?: Estimate;
    };

export type Judgement = {
  verdict: 'pass' | 'fail' | 'unknown';
  reason: string;
  severity?: Severity;
  /** Ends a sentence that begins with the name of the backup and of the object. */
  finding: string;
  action: string;
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
    'Find the passphrase that this backup was made with before it is needed; until then it is lost. Then check which key the backup job uses. Once the plan names the right one, it is found by itself within a day.',
  'encoding-mismatch':
    'Correct the backup job, or the encoding in the plan, so that both say the same. With another encoding in the deployed plan it is read again by itself.',
  'not-a-dump':
    'Look at what the backup job wrote: the object is no dump of pg_dump or pg_dumpall.',
  'token-mismatch':
    'Take a new backup now: the beginning and the end of this one come from different dumps.',
};

export const describeTables = ({ databases, tables, rows }: DumpContents): string => {
  const held =
    rows === undefined
      ? countOf(tables, 'table')
      : `${countOf(tables, 'table')} and ${countOf(rows, 'row')}`;
  if (databases.length === 0) return held;
  return `${held} of database ${databases.slice(0, 5).join(', ')}${databases.length > 5 ? ' …' : ''}`;
};

const describeContents = ({ contents }: Walk): string => {
  if (contents === undefined) return '';
  return `, with ${describeTables(contents)}`;
};

const describeWalk = (walk: Walk): string => {
  const { format, layers, plainBytes, serverVersion } = walk;
  const opened = layers.map((layer) =>
    /^(openssl|age|gpg)\b/.test(layer) ? 'decrypts' : 'decompresses',
  );
  const steps = [...new Set(opened)].join(' and ') || 'is readable to its end';
  if (format === 'bytes')
    return `${steps}: ${formatBytes(plainBytes)}, whose content the plan promises nothing about`;
  if (walk.baseBackup !== undefined)
    return `${steps}; ${describeBaseBackup(walk.baseBackup)}, ${formatBytes(plainBytes)}`;
  const server = serverVersion === undefined ? '' : ` of PostgreSQL ${serverVersion}`;
  return `${steps}; it is a complete ${format} dump${server}, ${formatBytes(plainBytes)}${describeContents(walk)}`;
};

/** The verdict over one reading: whether the backup is whole. What it holds is for `decideContents`. Pure. */
export const decideVerdict = (backup: StoredBackup, reading: Reading): Judgement => {
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
    case 'walked':
      return {
        verdict: 'pass',
        reason: 'verified',
        finding: describeWalk(reading.walk),
        action: '',
      };
  }
};
