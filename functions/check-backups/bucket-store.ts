import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  type S3Client,
  type LifecycleRule as S3LifecycleRule,
  type ReplicationRule as S3ReplicationRule,
} from '@aws-sdk/client-s3';
import type { ReplicationRule } from './decide-bucket.ts';
import type { LifecycleRule } from './decide-lifecycle.ts';
import { type Gate, once } from './observe.ts';
import type { Observed } from './outcome.ts';

/** Configuration of buckets. Each is asked for once a run, however many policies share the bucket. */
export type BucketStore = {
  /** `Enabled`, `Suspended`, or nothing for a bucket that never kept versions. */
  versioning: (bucket: string) => Promise<Observed<string | undefined>>;
  lifecycle: (bucket: string) => Promise<Observed<LifecycleRule[]>>;
  replication: (bucket: string) => Promise<Observed<ReplicationRule[]>>;
};

/** S3 answers 404 where there is no such configuration: that was seen, and is no trouble. */
const noneIf = async <T>(name: string, ask: () => Promise<T[]>): Promise<T[]> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === name) return [];
    throw error;
  }
};

const lifecycleRule = (rule: S3LifecycleRule): LifecycleRule => ({
  id: rule.ID ?? '',
  enabled: rule.Status === 'Enabled',
  prefix: rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? rule.Prefix ?? '',
  partial:
    rule.Filter?.Tag !== undefined ||
    rule.Filter?.ObjectSizeGreaterThan !== undefined ||
    rule.Filter?.ObjectSizeLessThan !== undefined ||
    (rule.Filter?.And?.Tags?.length ?? 0) > 0 ||
    rule.Filter?.And?.ObjectSizeGreaterThan !== undefined ||
    rule.Filter?.And?.ObjectSizeLessThan !== undefined,
  expireDays: rule.Expiration?.Days,
  noncurrentDays: rule.NoncurrentVersionExpiration?.NoncurrentDays,
});

const replicationRule = (rule: S3ReplicationRule): ReplicationRule => ({
  id: rule.ID ?? '',
  enabled: rule.Status === 'Enabled',
  prefix: rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? rule.Prefix ?? '',
  partial: rule.Filter?.Tag !== undefined || (rule.Filter?.And?.Tags?.length ?? 0) > 0,
  // An ARN: arn:aws:s3:::bucket.
  bucket: (rule.Destination?.Bucket ?? '').split(':').at(-1) ?? '',
});

/** Looks for the length of one run. Troubles are answered, not thrown. */
export const createBucketStore = (s3: S3Client, gate: Gate, signal: AbortSignal): BucketStore => {
  const versionings = once<Observed<string | undefined>>();
  const lifecycles = once<Observed<LifecycleRule[]>>();
  const replications = once<Observed<ReplicationRule[]>>();
  const options = { abortSignal: signal };
  return {
    versioning: (bucket) =>
      versionings(bucket, () =>
        gate(
          bucket,
          async () =>
            (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }), options)).Status,
        ),
      ),

    lifecycle: (bucket) =>
      lifecycles(bucket, () =>
        gate(bucket, () =>
          noneIf('NoSuchLifecycleConfiguration', async () => {
            const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
            return ((await s3.send(command, options)).Rules ?? []).map(lifecycleRule);
          }),
        ),
      ),

    replication: (bucket) =>
      replications(bucket, () =>
        gate(bucket, () =>
          noneIf('ReplicationConfigurationNotFoundError', async () => {
            const command = new GetBucketReplicationCommand({ Bucket: bucket });
            const { ReplicationConfiguration } = await s3.send(command, options);
            return (ReplicationConfiguration?.Rules ?? []).map(replicationRule);
          }),
        ),
      ),
  };
};
