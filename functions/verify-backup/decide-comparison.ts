import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { ContentsInput } from './contents-finding.ts';
import { areTablesComparable } from './decide-lost-tables.ts';
import { isSizeComparable } from './decide-size.ts';
import { differInTimeAlone } from './name-series.ts';
import type { Verified } from './verified.ts';

/** What a backup was held against: the tables of the one before it, its size alone, or nothing. */
export type Comparison = 'tables' | 'size' | 'nothing';

const DAY_SECONDS = 86_400;

type Dated = Pick<Verified, 'key' | 'lastModified' | 'isBeside'>;

/**
 * Whether two backups of one series may be of two things that are backed up side by side: their names differ in
 * more than a time, and they were made within half of the time between two runs.
 */
export const isMadeBeside = (
  { schedule }: Pick<StoredBackup, 'schedule'>,
  newer: Dated,
  older: Dated,
): boolean =>
  !differInTimeAlone(newer.key, older.key) &&
  Date.parse(newer.lastModified) - Date.parse(older.lastModified) <
    (schedule.everySeconds ?? DAY_SECONDS) * 500;

/**
 * Pure. Whether a backup is held against the one before it in its series. Not where either was made beside
 * another: a counter or random part of a name cannot be told from the number of a tenant, but tenants come
 * together.
 */
export const isComparable = (
  backup: Pick<StoredBackup, 'schedule'>,
  newer: Dated,
  older: Dated,
): boolean =>
  differInTimeAlone(newer.key, older.key) ||
  !(older.isBeside === true || isMadeBeside(backup, newer, older));

/** Pure. */
export const comparisonOf = (input: ContentsInput): Comparison => {
  if (areTablesComparable(input)) return 'tables';
  return isSizeComparable(input) ? 'size' : 'nothing';
};
