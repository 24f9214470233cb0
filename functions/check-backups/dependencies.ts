import { EC2Client } from '@aws-sdk/client-ec2';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import type { Services } from './check-backups.ts';
import type { Config } from './config.ts';
import { createSeenLedger } from './seen-ledger.ts';
import { createVerifyQueue } from './verify-queue-client.ts';

/** A look that hangs is given up sooner than a word that must be said. */
const LOOKING = clientSettings({ connectMs: 2_000, answerMs: 6_000, attempts: 2 });

const inEachRegion = <Client>(create: (region: string) => Client) => {
  const clients = new Map<string, Client>();
  return (region: string): Client => {
    const client = clients.get(region) ?? create(region);
    clients.set(region, client);
    return client;
  };
};

export const buildServices = (config: Config): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  const speaker = { stage: config.STAGE, service: config.SERVICE, plan };
  const s3 = new S3Client({ ...LOOKING, followRegionRedirects: true });
  return {
    plan,
    region: config.AWS_REGION,
    stage: config.STAGE,
    service: config.SERVICE,
    everySeconds: config.EVERY_SECONDS,
    settleSeconds: config.SETTLE_SECONDS,
    s3,
    rdsIn: inEachRegion((region) => new RDSClient({ ...LOOKING, region })),
    ec2In: inEachRegion((region) => new EC2Client({ ...LOOKING, region })),
    ledger: createSeenLedger(createJsonLedger(s3, config.LEDGER_BUCKET)),
    publish: createFactPublisher(new SNSClient(clientSettings()), config.FACTS_TOPIC_ARN),
    announce: createVerifyQueue(new SQSClient(clientSettings()), config.VERIFY_QUEUE_URL, speaker),
  };
};
