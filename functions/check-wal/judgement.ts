import type { CheckReport } from '../../events/check-reported/v1.ts';

type Said = Pick<CheckReport, 'reason' | 'summary' | 'expected' | 'observed' | 'measurements'> & {
  check:
    | 'wal-freshness'
    | 'wal-continuity'
    | 'wal-segment-size'
    | 'wal-content'
    | 'wal-recovery-window';
  /** Where in the plan the promise stands, below `backups.<name>`. */
  promise?: 'fresh';
  /** Names of files below the archive's folder that show it. */
  files?: string[];
  /** What to do, without the line that checks again; absent where nothing is to be done. */
  action?: string;
  /** What that line passes on, where asking for everything would not look at this again at once. */
  again?: { policy: string; deep: true; range?: string };
};

/** What one check comes to, before it is tied to a policy's place and to a moment. */
export type Judgement = Said &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: 'critical' | 'warning' });
