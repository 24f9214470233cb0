import type { Plan } from '../shared/plan/plan.ts';
import { bucketNames, placesOf, storedBackups } from './plan-arns.ts';

/** The logical id of the queue of `verify-backup`. */
const QUEUE = 'VerifyBackupQueue';

/** What `verify-backup` reads at once. WAL is not among it: `check-wal` looks for it by itself. */
export const announcedPlaces = (plan: Pick<Plan, 'backups'>) =>
  storedBackups(plan)
    .filter((backup) => backup.kind !== 'wal')
    .flatMap(placesOf);

/** Logical ids take letters and digits only. */
const ruleId = (bucket: string): string =>
  `ObjectCreatedIn${bucket.replaceAll('-', 'Dash').replaceAll('.', 'Dot')}Rule`;

const rule = (bucket: string, prefixes: string[]) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    Description: `Backups that arrive in ${bucket} are verified at once.`,
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [bucket] },
        ...(prefixes.includes('')
          ? {}
          : { object: { key: prefixes.map((prefix) => ({ prefix })) } }),
      },
    },
    Targets: [{ Id: 'verify-backup', Arn: { 'Fn::GetAtt': [QUEUE, 'Arn'] } }],
  },
});

const queuePolicy = (rules: string[]) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: QUEUE }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [QUEUE, 'Arn'] },
          Condition: {
            ArnEquals: { 'aws:SourceArn': rules.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })) },
          },
        },
      ],
    },
  },
});

/**
 * New objects are announced by EventBridge, one rule per bucket. A bucket has one notification
 * configuration, and putting ours would replace its owner's; so all that the owner does is switch
 * EventBridge on for the bucket.
 */
export const objectCreatedResources = (plan: Pick<Plan, 'backups'>): Record<string, unknown> => {
  const places = announcedPlaces(plan);
  const buckets = bucketNames(places);
  if (buckets.length === 0) return {};
  const prefixesIn = (bucket: string): string[] =>
    [...new Set(places.flatMap((place) => (place.bucket === bucket ? [place.prefix] : [])))].sort();
  return {
    ...Object.fromEntries(buckets.map((name) => [ruleId(name), rule(name, prefixesIn(name))])),
    ObjectCreatedQueuePolicy: queuePolicy(buckets.map(ruleId)),
  };
};
