import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createSecretReader } from '../../shared/secrets/secret-reader.ts';
import { createChannel } from './channels/create-channel.ts';
import type { Config } from './config.ts';
import type { Services as DeliveryServices } from './deliver-alert.ts';
import { createDeliveryLedger } from './delivery-ledger.ts';
import { createPost } from './post.ts';

const POST_TIMEOUT_MS = 8_000;

export type Services = DeliveryServices & { queuePrefix: string };

export const buildServices = (config: Config): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  // All calls of one delivery together must end before the function's time does.
  const settings = clientSettings({ connectMs: 1_000, answerMs: 2_500, attempts: 2 });
  const now = () => new Date();
  const means = {
    readSecret: createSecretReader({
      ssm: new SSMClient(settings),
      secretsManager: new SecretsManagerClient(settings),
    }),
    post: createPost({
      timeoutMs: POST_TIMEOUT_MS,
      loopbackAllowed: config.STAGE === 'local',
      now,
    }),
    now,
    sns: new SNSClient(settings),
    ses: new SESClient(settings),
    emailTopicArnPrefix: config.EMAIL_TOPIC_ARN_PREFIX,
  };
  const channels = plan.alerts.channels.flatMap((channel) => {
    const adapter = createChannel(channel, means);
    return adapter === undefined ? [] : [[channel.name, adapter] as const];
  });
  return {
    ledger: createDeliveryLedger(new DynamoDBClient(settings), config.DELIVERIES_TABLE),
    channels: new Map(channels),
    queuePrefix: config.CHANNEL_QUEUE_PREFIX,
  };
};
