import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createAlertStore } from './alert-store.ts';
import { createChannelQueueClient } from './channel-queue-client.ts';
import type { Config } from './config.ts';
import type { Services } from './route-report.ts';

export const buildServices = (config: Config): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  const settings = clientSettings({ connectMs: 1_000, answerMs: 3_000 });
  return {
    plan,
    speaker: { stage: config.STAGE, service: config.SERVICE, plan },
    store: createAlertStore(new DynamoDBClient(settings), config.ALERTS_TABLE),
    send: createChannelQueueClient(
      new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
      config.CHANNEL_QUEUE_PREFIX,
    ),
  };
};
