import type { Severity } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { StoredObject } from './object-client.ts';
import type { Problem } from './verification-ledger.ts';
import type { Verified } from './verified.ts';

/** What becomes of a problem that was found earlier. */
export type Standing =
  | { decision: 'gone'; finding: string; reason: 'deleted' | 'superseded' | 'not-promised' }
  | { decision: 'read-again' }
  | { decision: 'stands'; severity: Severity };

type Facts = {
  backup: StoredBackup | undefined;
  /** `undefined`: it is not there any more. */
  object: StoredObject | undefined;
  verified: Verified | undefined;
  /** It is a file of a folder that is one backup, and was judged by itself before. */
  isPart?: boolean;
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
  const newerIsGood = verified !== undefined && verified.lastModified > problem.lastModified;
  if (problem.series !== undefined) {
    // Whatever took its place has been judged, or will be, by itself.
    if (newerIsGood || object.etag !== problem.etag)
      return { decision: 'gone', reason: 'superseded', finding: 'was followed by a newer one' };
    return { decision: 'stands', severity: problem.report.severity ?? 'warning' };
  }
  if (problem.report.verdict === 'unknown' || object.etag !== problem.etag)
    return { decision: 'read-again' };
  return { decision: 'stands', severity: newerIsGood ? 'warning' : backup.severity };
};
