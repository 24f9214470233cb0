import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import type { Config } from './config.ts';
import { createRouter } from './open-route.ts';
import { createOwnQueue } from './own-queue.ts';
import { createReplayLedger } from './replay-ledger.ts';
import { createRunsStore } from './runs-store.ts';
import type { Services } from './services.ts';

export const buildServices = (config: Config): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  const settings = clientSettings();
  const dynamo = new DynamoDBClient(settings);
  const now = () => new Date();
  const speaker = { stage: config.STAGE, service: config.SERVICE, plan };
  return {
    plan,
    stage: config.STAGE,
    service: config.SERVICE,
    ledger: createReplayLedger(dynamo, config.LEDGER_TABLE),
    runs: createRunsStore(dynamo, config.LEDGER_TABLE),
    ...createRouter({
      s3: new S3Client(settings),
      bucket: config.ARCHIVE_BUCKET,
      region: config.AWS_REGION,
      loopbackAllowed: config.STAGE === 'local',
      now,
    }),
    ...createOwnQueue(new SQSClient(settings), config.QUEUE_URL, speaker, now),
    publish: createFactPublisher(new SNSClient(settings), config.FACTS_TOPIC_ARN),
    pollSeconds: config.POLL_SECONDS,
    sleep: (ms) => setTimeout(ms),
  };
};
