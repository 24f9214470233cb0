import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Plan } from '../shared/plan/plan.ts';

/** A bucket that a plan names, and whether the plan promises that it keeps versions. */
export type PlanBucket = { name: string; versioning: boolean };

/** Every bucket of a plan: of locations, of copies and of replication targets. */
export const planBuckets = (plan: Pick<Plan, 'backups'>): PlanBucket[] => {
  const versioning = new Map<string, boolean>();
  const add = (name: string, versioned: boolean) =>
    versioning.set(name, versioned || versioning.get(name) === true);
  for (const backup of plan.backups) {
    if (backup.store !== 's3') continue;
    add(backup.location.bucket, backup.versioning);
    for (const { location } of backup.copies) add(location.bucket, false);
    if (backup.replication !== undefined) add(backup.replication.bucket, false);
  }
  return [...versioning].map(([name, versioned]) => ({ name, versioning: versioned }));
};

/** On AWS the buckets are the user's. Here they are made; one that is there already stays as it is. */
export const createPlanBuckets = async (s3: S3Client, buckets: PlanBucket[]): Promise<void> => {
  for (const { name, versioning } of buckets) {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    if (!versioning) continue;
    await s3.send(
      new PutBucketVersioningCommand({
        Bucket: name,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
  }
};
