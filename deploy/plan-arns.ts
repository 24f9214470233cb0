import type { Location } from '../shared/plan/location.ts';
import type { AlertChannel, Plan, StoredBackup, WebhookPolicy } from '../shared/plan/plan.ts';
import { queueArn } from '../shared/plan/queue-address.ts';
import type { SecretReference } from '../shared/plan/secret-reference.ts';
import { secretsOfLayer } from '../shared/plan/secrets-of-layer.ts';

/** An ARN in CloudFormation's words: partition, Region and account are those of the stack. */
export type Arn =
  | string
  | { 'Fn::Sub': string }
  | { 'Fn::GetAtt': [string, string] }
  | { Ref: string };

const sub = (text: string): Arn => ({ 'Fn::Sub': text });

const distinct = (texts: string[]): string[] => [...new Set(texts)].sort();

/** What a plan keeps in S3. */
export const storedBackups = (plan: Pick<Plan, 'backups'>): StoredBackup[] =>
  plan.backups.filter((backup) => backup.store === 's3');

/** Where objects of a backup are looked for: its location and its copies. */
export const placesOf = (backup: StoredBackup): Location[] => [
  backup.location,
  ...backup.copies.map((copy) => copy.location),
];

export const bucketNames = (places: Location[]): string[] =>
  distinct(places.map((place) => place.bucket));

export const bucketArns = (places: Location[]): Arn[] =>
  bucketNames(places).map((bucket) => sub(`arn:\${AWS::Partition}:s3:::${bucket}`));

/** Every object below the places, and nothing else of their buckets. */
export const objectArns = (places: Location[]): Arn[] =>
  distinct(places.map(({ bucket, prefix }) => `${bucket}/${prefix}*`)).map((path) =>
    sub(`arn:\${AWS::Partition}:s3:::${path}`),
  );

export const passphrasesOf = (plan: Pick<Plan, 'backups'>): SecretReference[] =>
  storedBackups(plan).flatMap((backup) =>
    (backup.encoding ?? []).flatMap((layer) => secretsOfLayer(layer).map(([, secret]) => secret)),
  );

/** The secrets that delivering to a channel takes. */
export const secretsOfChannel = (channel: AlertChannel): SecretReference[] => {
  switch (channel.kind) {
    case 'slack':
      return [channel.webhook];
    case 'pagerduty':
      return [channel.routingKey];
    case 'webhook':
      return [channel.url, channel.secret];
    case 'statuspage':
      return [channel.token];
    case 'email':
      return [];
  }
};

export const parameterArns = (secrets: SecretReference[]): Arn[] =>
  distinct(
    secrets.flatMap((secret) => (secret.from === 'ssm' ? [secret.name.replace(/^\//, '')] : [])),
  ).map((name) =>
    sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}`),
  );

/** Secrets Manager appends a dash and six characters to a secret's name, which a plan does not know. */
export const secretArns = (secrets: SecretReference[]): Arn[] =>
  distinct(
    secrets.flatMap((secret) => (secret.from === 'secretsmanager' ? [secret.name] : [])),
  ).map((name) =>
    name.startsWith('arn:')
      ? name
      : sub(
          `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
        ),
  );

/** The topics of webhooks, as the plan names them. */
export const topicArns = (webhooks: readonly Pick<WebhookPolicy, 'topic'>[]): Arn[] =>
  distinct(webhooks.map(({ topic }) => topic));

/** The databases of receivers that are asked for duplicates. */
export const receiverDatabases = (plan: Pick<Plan, 'webhooks'>): SecretReference[] =>
  plan.webhooks.flatMap(({ duplicates }) =>
    duplicates === undefined ? [] : [duplicates.database],
  );

/** The dead-letter queues of the plan's webhooks. */
export const deadLetterArns = (plan: Pick<Plan, 'webhooks'>): Arn[] =>
  distinct(
    plan.webhooks.flatMap(({ deadLetters }) =>
      deadLetters === undefined ? [] : [deadLetters.arn],
    ),
  );

const replayTargets = (plan: Pick<Plan, 'webhooks'>) =>
  plan.webhooks.flatMap(({ topic, deadLetters }) =>
    (deadLetters?.replayTo ?? []).map((target) => ({ target, topic })),
  );

/** The queues that dead letters may be replayed to. */
export const replayQueueArns = (plan: Pick<Plan, 'webhooks'>): Arn[] =>
  distinct(
    replayTargets(plan)
      .filter(({ target }) => !target.startsWith('arn:'))
      .map(({ target, topic }) => queueArn(target, topic)),
  );

/** The topics that dead letters may be replayed to. */
export const replayTopicArns = (plan: Pick<Plan, 'webhooks'>): Arn[] =>
  distinct(
    replayTargets(plan).flatMap(({ target }) => (target.startsWith('arn:') ? [target] : [])),
  );
