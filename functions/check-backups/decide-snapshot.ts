import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { SnapshotBackup } from '../../shared/plan/plan.ts';
import { ageSeconds } from './decide-freshness.ts';
import type { Outcome } from './outcome.ts';

/** A snapshot of RDS or EBS, as far as a promise can be about it. */
export type Snapshot = {
  id: string;
  /** Usable: `available` in RDS, `completed` in EBS. */
  ready: boolean;
  state: string;
  /** When it was made; of a copy: when it was copied. */
  at: Date;
  /** The moment whose data it holds, where that is known to be another. */
  dataAt?: Date;
  encrypted: boolean;
};

/** The newest snapshot that can be restored. */
export const newestReady = (snapshots: readonly Snapshot[]): Snapshot | undefined =>
  snapshots
    .filter(({ ready }) => ready)
    .reduce<Snapshot | undefined>(
      (newest, one) => (newest === undefined || one.at > newest.at ? one : newest),
      undefined,
    );

export const decideSnapshotEncryption = (
  { name, severity }: Pick<SnapshotBackup, 'name' | 'severity'>,
  newest: Snapshot,
): Outcome => {
  const said = {
    expected: { encrypted: true },
    observed: { encrypted: newest.encrypted, newest: newest.id },
    evidence: [{ uri: newest.id }],
  };
  return newest.encrypted
    ? {
        ...said,
        verdict: 'pass',
        reason: 'encrypted',
        summary: `${name}: the newest snapshot ${newest.id} is encrypted`,
      }
    : {
        ...said,
        verdict: 'fail',
        severity,
        reason: 'not-encrypted',
        summary: `${name}: the newest snapshot ${newest.id} is not encrypted`,
        action:
          'A snapshot takes its encryption from its source: copy it with a KMS key, restore that, and move over.',
      };
};

/** Judges the newest copy in another Region by the moment whose data it holds. */
export const decideSnapshotCopy = (
  policy: Pick<SnapshotBackup, 'name' | 'severity' | 'fresh' | 'source' | 'schedule'>,
  region: string,
  copies: readonly Snapshot[],
  now: Date,
): Outcome => {
  const { name, severity, fresh, source } = policy;
  const newest = newestReady(copies);
  const expected = {
    region,
    ...(fresh && { within: formatDuration(fresh.withinSeconds) }),
  };
  const action = `Copy the newest snapshot of ${source} to ${region}, and find out why that did not happen by itself.`;
  if (newest === undefined) {
    if (policy.schedule.trigger === 'on-demand') {
      const summary = `${name}: no snapshot was copied to ${region}; it is taken on demand only`;
      const observed = { copies: copies.length };
      return { verdict: 'pass', reason: 'nothing-promised', summary, expected, observed };
    }
    return {
      verdict: 'fail',
      severity,
      reason: 'missing',
      summary: `${name}: ${region} holds no copy of a snapshot of ${source}`,
      expected,
      observed: { copies: copies.length },
      action,
    };
  }
  const age = ageSeconds(newest.dataAt ?? newest.at, now);
  const said = {
    expected,
    observed: { newest: newest.id, age: formatAge(age), copies: copies.length },
    measurements: [{ name: 'age', value: age, unit: 'seconds' }],
    evidence: [{ uri: newest.id }],
  };
  if (fresh === undefined || age <= fresh.withinSeconds) {
    const summary = `${name}: the newest copy in ${region} is ${formatAge(age)} old`;
    return { ...said, verdict: 'pass', reason: 'copied', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity:
      age > (fresh.criticalAfterSeconds ?? Number.POSITIVE_INFINITY) ? 'critical' : fresh.severity,
    reason: 'stale',
    summary: `${name}: the newest copy in ${region} is ${formatAge(age)} old and the plan allows ${formatDuration(fresh.withinSeconds)}: ${newest.id}`,
    action,
  };
};
