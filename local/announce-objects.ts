import { PutBucketNotificationConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { announcedPlaces } from '../deploy/plan-notifications.ts';
import type { Plan } from '../shared/plan/plan.ts';

/**
 * Has S3 tell the queue of `verify-backup` about new objects, by the buckets' own notifications. On AWS
 * EventBridge does it, because there a bucket's notifications belong to its owner.
 */
export const announceObjects = async (
  s3: S3Client,
  plan: Pick<Plan, 'backups'>,
  queueArn: string,
): Promise<void> => {
  const prefixes = new Map<string, Set<string>>();
  for (const { bucket, prefix } of announcedPlaces(plan)) {
    prefixes.set(bucket, (prefixes.get(bucket) ?? new Set()).add(prefix));
  }
  for (const [bucket, below] of prefixes) {
    // S3 refuses two notifications whose prefixes overlap, so the shorter one stands for both.
    const distinct = [...below].filter(
      (prefix) => ![...below].some((other) => other !== prefix && prefix.startsWith(other)),
    );
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {
          QueueConfigurations: distinct.map((prefix) => ({
            QueueArn: queueArn,
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
          })),
        },
      }),
    );
  }
};
