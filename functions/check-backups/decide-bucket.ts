import { formatDuration } from '../../shared/plan/duration.ts';
import type { Location } from '../../shared/plan/location.ts';
import type { Severity, StoredBackup } from '../../shared/plan/plan.ts';
import type { Outcome } from './outcome.ts';

const DAY = 86_400;

/** `GetBucketVersioning` answers nothing for a bucket that never had it. */
export const decideVersioning = (
  name: string,
  bucket: string,
  status: string | undefined,
): Outcome => {
  const said = { expected: { versioning: 'Enabled' }, observed: { versioning: status ?? 'off' } };
  if (status === 'Enabled') {
    const summary = `${name}: the bucket ${bucket} keeps versions`;
    return { ...said, verdict: 'pass', reason: 'enabled', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity: 'warning',
    reason: status === undefined ? 'off' : 'suspended',
    summary: `${name}: the bucket ${bucket} keeps no versions (versioning is ${status === undefined ? 'off' : 'suspended'}), the plan says that it does`,
    action: `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
  };
};

/** A lifecycle rule as far as it says when objects go. */
export type LifecycleRule = {
  id: string;
  enabled: boolean;
  prefix: string;
  /** It also filters by tags or size, so it may not cover every object. */
  partial: boolean;
  expireDays?: number;
  noncurrentDays?: number;
};

const covers = (prefix: string, location: Location): boolean => location.prefix.startsWith(prefix);

type Term = { what: string; reason: string; wanted: number; days: (number | undefined)[] };

type Deviation = { reason: string; severity: Severity; words: string };

const plural = (days: number): string => `${days} day${days === 1 ? '' : 's'}`;

const deviation = ({ what, reason, wanted, days }: Term, severity: Severity): Deviation[] => {
  const set = days.filter((count) => count !== undefined);
  // Where several rules cover an object, S3 takes the shortest.
  const actual = set.length === 0 ? undefined : Math.min(...set);
  if (actual === wanted) return [];
  if (actual === undefined) {
    const words = `no lifecycle rule makes ${what} expire after ${plural(wanted)}`;
    return [{ reason: `${reason}-missing`, severity: 'warning', words }];
  }
  const words = `${what} expire after ${plural(actual)}, the plan says ${plural(wanted)}`;
  return actual < wanted
    ? [{ reason: `${reason}-too-early`, severity, words }]
    : [{ reason: `${reason}-too-late`, severity: 'warning', words }];
};

/**
 * Compares the bucket's enabled rules that cover the whole location with the plan. Lifecycle counts whole
 * days, so a plan's duration is rounded up to them.
 */
export const decideLifecycle = (
  policy: Pick<StoredBackup, 'name' | 'location' | 'lifecycle' | 'severity'>,
  rules: readonly LifecycleRule[],
): Outcome => {
  const { name, location, lifecycle, severity } = policy;
  const inForce = rules.filter(
    (rule) => rule.enabled && !rule.partial && covers(rule.prefix, location),
  );
  const terms: Term[] = [
    {
      what: 'objects',
      reason: 'expiry',
      wanted: Math.ceil((lifecycle?.expireAfterSeconds ?? 0) / DAY),
      days: inForce.map(({ expireDays }) => expireDays),
    },
    {
      what: 'noncurrent versions',
      reason: 'noncurrent-expiry',
      wanted: Math.ceil((lifecycle?.noncurrentExpireAfterSeconds ?? 0) / DAY),
      days: inForce.map(({ noncurrentDays }) => noncurrentDays),
    },
  ].filter(({ wanted }) => wanted > 0);
  const wrong = terms.flatMap((term) => deviation(term, severity));
  const said = {
    expected: {
      ...(lifecycle?.expireAfterSeconds && {
        expireAfter: formatDuration(lifecycle.expireAfterSeconds),
      }),
      ...(lifecycle?.noncurrentExpireAfterSeconds && {
        noncurrentExpireAfter: formatDuration(lifecycle.noncurrentExpireAfterSeconds),
      }),
    },
    observed: { rules },
  };
  const where = `${location.bucket}/${location.prefix}`;
  const [worst] = wrong.sort(
    (a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'),
  );
  if (worst === undefined) {
    const summary = `${name}: the lifecycle of ${where} is as planned`;
    return { ...said, verdict: 'pass', reason: 'as-planned', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity: worst.severity,
    reason: worst.reason,
    summary: `${name}: in ${where} ${wrong.map(({ words }) => words).join('; ')}`,
    action: `Correct the lifecycle configuration of the bucket ${location.bucket} (aws s3api get-bucket-lifecycle-configuration --bucket ${location.bucket}), or the plan.`,
  };
};

/** A replication rule as far as it says what goes where. */
export type ReplicationRule = {
  id: string;
  enabled: boolean;
  prefix: string;
  partial: boolean;
  bucket: string;
};

type Fault = { reason: string; words: string };

const replicationFault = (
  location: Location,
  target: string,
  rules: readonly ReplicationRule[],
): Fault | undefined => {
  const covering = rules.filter((rule) => covers(rule.prefix, location));
  const there = covering.filter((rule) => rule.bucket === target);
  if (there.some((rule) => rule.enabled && !rule.partial)) return undefined;
  if (there.some((rule) => rule.enabled)) {
    return { reason: 'partial', words: `only objects of some tags are replicated to ${target}` };
  }
  if (there.length > 0) {
    return { reason: 'disabled', words: `the replication to ${target} is disabled` };
  }
  const elsewhere = covering.find((rule) => rule.enabled);
  return elsewhere === undefined
    ? { reason: 'missing', words: `no rule replicates to ${target}` }
    : {
        reason: 'wrong-destination',
        words: `replication goes to ${elsewhere.bucket}, the plan says ${target}`,
      };
};

/** Judges the configuration alone: whether objects really arrive is what `copies` is for. */
export const decideReplication = (
  policy: Pick<StoredBackup, 'name' | 'location' | 'severity'>,
  target: Location,
  rules: readonly ReplicationRule[],
): Outcome => {
  const { name, location, severity } = policy;
  const said = { expected: { replicatesTo: target.bucket }, observed: { rules } };
  const fault = replicationFault(location, target.bucket, rules);
  if (fault === undefined) {
    const summary = `${name}: ${location.bucket} replicates to ${target.bucket}`;
    return { ...said, verdict: 'pass', reason: 'enabled', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity,
    reason: fault.reason,
    summary: `${name}: in ${location.bucket}/${location.prefix} ${fault.words}`,
    action: `Correct the replication of the bucket ${location.bucket} (aws s3api get-bucket-replication --bucket ${location.bucket}), then replicate what is there already with S3 Batch Replication.`,
  };
};
