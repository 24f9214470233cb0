import type { Severity } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { isComparable, isMadeBeside } from './decide-comparison.ts';
import type { Newest, Problem } from './ledger-records.ts';
import { nameTimes } from './name-times.ts';
import type { StoredObject } from './object-client.ts';

/** What becomes of a problem that was found earlier. */
export type Standing =
  | { decision: 'gone'; finding: string; reason: 'deleted' | 'superseded' | 'not-promised' }
  | { decision: 'read-again' }
  /** Without a severity: nobody can look, and it is said again that nobody can. */
  | { decision: 'stands'; severity?: Severity };

type Facts = {
  backup: StoredBackup | undefined;
  /** `undefined`: it is not there any more. */
  object: StoredObject | undefined;
  verified: Newest | undefined;
  /** It is a file of a folder that is one backup, and was judged by itself before. */
  isPart?: boolean;
};

/**
 * Pure. Whether a good backup of a series says that what was found of an earlier one is over. One that was compared
 * with nothing does not say that the data came back, and none speaks of what it was made beside.
 */
export const endsFinding = (
  { key, lastModified, isAlone }: Pick<Problem, 'key' | 'lastModified' | 'isAlone'>,
  good: Pick<Newest, 'key' | 'lastModified' | 'before'>,
  backup: Pick<StoredBackup, 'schedule'>,
): boolean => {
  // Of a record that does not say how it was found, another reading of the same one is to be trusted.
  if (good.key === key && isAlone === undefined) return true;
  if (good.before === undefined || isComparable(backup, good, good.before)) return true;
  return isAlone === true && !isMadeBeside(backup, good, { key, lastModified });
};

/**
 * Whether a newer backup takes the place of this one. Names without a date may be of several things that are
 * backed up side by side (`tenant1`, `tenant2`), and so may those that differ in more than a date and were made
 * together: a good one of one is none of another.
 */
export const isFollowed = (
  problem: Pick<Problem, 'key' | 'lastModified' | 'series' | 'isAlone'>,
  verified: Newest | undefined,
  backup: Pick<StoredBackup, 'schedule'>,
): boolean => {
  const { key, lastModified, series } = problem;
  if (verified === undefined || verified.lastModified <= lastModified) return false;
  if (series !== undefined) return endsFinding(problem, verified, backup);
  if (verified.key === key) return true;
  return nameTimes(key).length > 0 && !isMadeBeside(backup, verified, problem);
};

/** Pure. A broken backup behind a newer good one is a lost restore point, no longer an emergency. */
export const decideStanding = (problem: Problem, facts: Facts): Standing => {
  const { backup, object, verified, isPart = false } = facts;
  if (object === undefined) {
    return {
      decision: 'gone',
      reason: 'deleted',
      finding: 'was deleted; nothing claims to be that backup any more',
    };
  }
  if (backup === undefined) {
    return {
      decision: 'gone',
      reason: 'not-promised',
      finding: 'belongs to no backup of the plan any more',
    };
  }
  if (isPart) {
    return {
      decision: 'gone',
      reason: 'superseded',
      finding: 'is judged together with the other files of its folder',
    };
  }
  const newerIsGood = isFollowed(problem, verified, backup);
  if (problem.series !== undefined) {
    // Whatever took its place has been judged, or will be, by itself.
    if (newerIsGood || object.etag !== problem.etag)
      return { decision: 'gone', reason: 'superseded', finding: 'was followed by a newer one' };
    return { decision: 'stands', severity: problem.report.severity ?? 'warning' };
  }
  if (object.etag !== problem.etag) return { decision: 'read-again' };
  if (problem.report.verdict === 'unknown')
    return { decision: problem.isLasting ? 'stands' : 'read-again' };
  return { decision: 'stands', severity: newerIsGood ? 'warning' : backup.severity };
};
