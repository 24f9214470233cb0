import type { Location } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Outcome } from './outcome.ts';

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

const covers = (prefix: string, location: Location): boolean => location.prefix.startsWith(prefix);

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
