import { formatLocation, type Location } from '../../shared/plan/location.ts';
import type { Plan, StoredBackup } from '../../shared/plan/plan.ts';
import type { Context } from './context.ts';
import { decideReplication, decideVersioning } from './decide-bucket.ts';
import { decideLifecycle } from './decide-lifecycle.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import type { Observed, Outcome } from './outcome.ts';

type Property<T> = {
  what: string;
  permission: string;
  found: Observed<T>;
  decide: (seen: T) => Outcome;
};

const judge = <T>(
  { name }: StoredBackup,
  { what, permission, found, decide }: Property<T>,
): Outcome =>
  'seen' in found ? decide(found.seen) : couldNotLook(name, what, found.trouble, permission);

/** Places of the plan below a location, in its bucket: objects there belong to those. */
const nestedIn = ({ backups }: Plan, { bucket, prefix }: Location): Location[] =>
  backups
    .filter((backup) => backup.store === 's3')
    .flatMap(({ location, copies }) => [location, ...copies.map((copy) => copy.location)])
    .filter(
      (other) =>
        other.bucket === bucket && other.prefix !== prefix && other.prefix.startsWith(prefix),
    );

/** What the plan promises of the bucket itself: versions, lifecycle, replication. */
export const checkBucket = async (policy: StoredBackup, context: Context): Promise<Finding[]> => {
  const { name, location, versioning, lifecycle, replication } = policy;
  const { bucket } = location;
  // Two policies in one bucket may be promised different things: each has a report of its own.
  const place = {
    kind: 'bucket',
    id: `${name}@${formatLocation(location)}`,
    region: context.region,
  };
  const findings: Finding[] = [];
  if (versioning) {
    const found = await context.buckets.versioning(bucket);
    const outcome = judge(policy, {
      what: `the versioning of ${bucket}`,
      permission: 's3:GetBucketVersioning',
      found,
      decide: (status) => decideVersioning(name, bucket, status),
    });
    findings.push(findingOf(policy, 'bucket-versioning', 'versioning', place, outcome));
  }
  if (lifecycle !== undefined) {
    const outcome = judge(policy, {
      what: `the lifecycle of ${bucket}`,
      permission: 's3:GetLifecycleConfiguration',
      found: await context.buckets.lifecycle(bucket),
      decide: (rules) => decideLifecycle(policy, rules, nestedIn(context.plan, location)),
    });
    findings.push(findingOf(policy, 'bucket-lifecycle', 'lifecycle', place, outcome));
  }
  if (replication !== undefined) {
    const outcome = judge(policy, {
      what: `the replication of ${bucket}`,
      permission: 's3:GetReplicationConfiguration',
      found: await context.buckets.replication(bucket),
      decide: (rules) => decideReplication(policy, replication, rules),
    });
    findings.push(findingOf(policy, 'bucket-replication', 'replication', place, outcome));
  }
  return findings;
};
