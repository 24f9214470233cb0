import type { Severity } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Verified, VerifiedContents } from './verified.ts';
import type { Walk } from './walk-backup.ts';

export const CONTENTS_REASONS = [
  'empty-dump',
  'no-data',
  'wrong-database',
  'target-too-old',
  'older-than-its-name',
  'not-new',
  'wal-missing',
  'no-schema',
  'tables-vanished',
  'rows-lost',
  'large-objects-lost',
  'shrunk',
  'extension-missing',
  'role-missing',
] as const;

/** One thing that is wrong with what a backup holds, although it is whole. */
export type ContentsFinding = {
  reason: (typeof CONTENTS_REASONS)[number];
  severity: Severity;
  /** Ends a sentence that begins with the name of the backup and of the object. */
  finding: string;
  action: string;
};

/** A backup that is whole, and the one before it in its series. */
export type ContentsInput = {
  backup: StoredBackup;
  key: string;
  /** The key below the location of the backup. */
  name: string;
  lastModified: Date;
  walk: Walk;
  /** What the walk saw, as it is remembered. Absent where the format names nothing. */
  contents: VerifiedContents | undefined;
  /** The newest that was verified before this one, and is older. */
  previous: Verified | undefined;
  /** That one, where it may be of something else, so that it is not `previous`. */
  beside?: Verified;
  /** Whether the plan has an archive of WAL beside it. */
  hasWalArchive: boolean;
};

export type ContentsDecision = (input: ContentsInput) => ContentsFinding | undefined;
