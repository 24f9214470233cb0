import type { Plan } from '../shared/plan/plan.ts';
import {
  bucketArns,
  deadLetterArns,
  objectArns,
  parameterArns,
  passphrasesOf,
  placesOf,
  receiverDatabases,
  replayQueueArns,
  replayTopicArns,
  secretArns,
  secretsOfChannel,
  storedBackups,
  topicArns,
} from './plan-arns.ts';
import {
  channelDeadLetterArns,
  channelQueueArns,
  channelQueueEvents,
  channelResources,
  deliverable,
  emailTopicArns,
  senderIdentityArns,
} from './plan-channels.ts';
import { objectCreatedResources } from './plan-notifications.ts';
import { ownDeadLetterArns, ownDeadLetterNames } from './plan-own-queues.ts';
import { confirmationResources } from './plan-webhooks.ts';

/**
 * What `serverless.yml` and the `function.yml` files may ask of the plan, as `${plan:NAME}`. Lists may
 * be empty; `dropEmptyStatements` then takes the statement away that would grant nothing.
 */
export const planValues = (plan: Plan, stage: string) => {
  const stored = storedBackups(plan);
  const wal = stored.filter((backup) => backup.kind === 'wal');
  const places = stored.flatMap(placesOf);
  const walPlaces = wal.flatMap(placesOf);
  const { channels } = plan.alerts;
  const channelSecrets = deliverable(channels).flatMap(secretsOfChannel);
  return {
    bucketArns: bucketArns(places),
    objectArns: objectArns(places),
    walBucketArns: bucketArns(walPlaces),
    walObjectArns: objectArns(walPlaces),
    passphraseParameterArns: parameterArns(passphrasesOf(plan)),
    passphraseSecretArns: secretArns(passphrasesOf(plan)),
    walPassphraseParameterArns: parameterArns(passphrasesOf({ backups: wal })),
    walPassphraseSecretArns: secretArns(passphrasesOf({ backups: wal })),
    webhookDeadLetterArns: deadLetterArns(plan),
    receiverDatabaseParameterArns: parameterArns(receiverDatabases(plan)),
    receiverDatabaseSecretArns: secretArns(receiverDatabases(plan)),
    replayQueueArns: replayQueueArns(plan),
    replayTopicArns: replayTopicArns(plan),
    channelParameterArns: parameterArns(channelSecrets),
    channelSecretArns: secretArns(channelSecrets),
    channelQueueArns: channelQueueArns(channels),
    channelDeadLetterArns: channelDeadLetterArns(channels),
    channelQueueEvents: channelQueueEvents(channels),
    emailTopicArns: emailTopicArns(channels),
    senderIdentityArns: senderIdentityArns(channels),
    webhookTopicArns: topicArns(plan.webhooks),
    healedTopicArns: topicArns(plan.webhooks.filter(({ heal }) => heal)),
    channelResources: channelResources(stage, channels),
    objectCreatedResources: objectCreatedResources(plan),
    confirmationResources: confirmationResources(plan),
    ownDeadLetterNames: ownDeadLetterNames(stage, channels),
    ownDeadLetterArns: ownDeadLetterArns(channels),
  };
};
