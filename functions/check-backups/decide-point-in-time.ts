import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { Severity, SnapshotBackup } from '../../shared/plan/plan.ts';
import { ageSeconds } from './decide-freshness.ts';
import type { Outcome } from './outcome.ts';
import { longestSeconds } from './retention-bounds.ts';

/** What RDS says of point-in-time recovery of one DB instance. */
export type PointInTime = {
  status: string;
  /** Days; 0 switches automated backups off. */
  retentionDays: number;
  latestRestorable?: Date;
  encrypted: boolean;
};

type Policy = Pick<SnapshotBackup, 'name' | 'severity' | 'fresh' | 'retain' | 'source'>;

const DAY = 86_400;

type Problem = { reason: string; severity: Severity; words: string; action: string };

const retention = ({ retain, severity, source }: Policy, days: number): Problem | undefined => {
  const action = `aws rds modify-db-instance --db-instance-identifier ${source} --backup-retention-period DAYS --apply-immediately`;
  if (days === 0) {
    return { reason: 'disabled', severity, words: 'automated backups are switched off', action };
  }
  // RDS keeps 35 days at most; what a plan keeps forever it keeps by other means.
  const wanted =
    retain === undefined || retain.kind === 'forever' ? 0 : Math.ceil(longestSeconds(retain) / DAY);
  if (days >= wanted) return undefined;
  const words = `${days} days are kept, the plan says ${wanted}`;
  return { reason: 'retention-too-short', severity, words, action };
};

const lateness = ({ fresh, severity }: Policy, age: number | undefined): Problem | undefined => {
  const action =
    'Look at the events and the storage of the DB instance: RDS uploads transaction logs every five minutes.';
  if (age === undefined) {
    const words = 'there is no moment yet that could be restored';
    return { reason: 'missing', severity, words, action };
  }
  if (fresh === undefined || age <= fresh.withinSeconds) return undefined;
  const critical = age > (fresh.criticalAfterSeconds ?? Number.POSITIVE_INFINITY);
  return {
    reason: 'stale',
    severity: critical ? 'critical' : fresh.severity,
    words: `the latest moment that can be restored is ${formatAge(age)} ago, the plan allows ${formatDuration(fresh.withinSeconds)}`,
    action,
  };
};

/**
 * Judges point-in-time recovery: the latest moment that can be restored, and how many days back it reaches.
 *
 * @param found `undefined`: RDS knows no such DB instance.
 */
export const decidePointInTime = (
  policy: Policy,
  found: PointInTime | undefined,
  now: Date,
): Outcome => {
  const { name, source, severity, fresh } = policy;
  const expected = {
    ...(fresh && { within: formatDuration(fresh.withinSeconds) }),
    ...(policy.retain?.kind === 'age' && { keep: formatDuration(policy.retain.seconds) }),
  };
  if (found === undefined) {
    return {
      verdict: 'fail',
      severity,
      reason: 'missing',
      summary: `${name}: RDS knows no DB instance ${source}, so nothing can be restored to a point in time`,
      expected,
      observed: {},
      action: `Correct the source in the plan, or restore ${source} from its retained automated backup.`,
    };
  }
  const { latestRestorable, retentionDays } = found;
  const age = latestRestorable && ageSeconds(latestRestorable, now);
  const said = {
    expected,
    observed: {
      status: found.status,
      retentionDays,
      ...(latestRestorable && { latestRestorable: latestRestorable.toISOString() }),
    },
    measurements: [
      { name: 'retention', value: retentionDays, unit: 'days' },
      ...(age === undefined ? [] : [{ name: 'age', value: age, unit: 'seconds' }]),
    ],
  };
  const problems = [retention(policy, retentionDays), lateness(policy, age)].filter(
    (problem) => problem !== undefined,
  );
  const [worst] = problems;
  if (worst !== undefined) {
    const { reason, action } = worst;
    const critical = problems.some((problem) => problem.severity === 'critical');
    const summary = `${name}: ${source}: ${problems.map(({ words }) => words).join('; ')}`;
    return {
      ...said,
      verdict: 'fail',
      severity: critical ? 'critical' : 'warning',
      reason,
      summary,
      action,
    };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: 'restorable',
    summary: `${name}: ${source} can be restored to any moment of the last ${retentionDays} days up to ${formatAge(age ?? 0)} ago`,
  };
};
