import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { listObjects } from '../../shared/object-listing/list-objects.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import { createSecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Config } from './config.ts';
import { createObjectClient } from './object-client.ts';
import { createOwnQueue } from './own-queue.ts';
import { createReadsLedger } from './reads-ledger.ts';
import type { Services } from './services.ts';
import { createVerificationLedger } from './verification-ledger.ts';

export const buildServices = (config: Config): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  const settings = clientSettings();
  const s3 = new S3Client({ ...settings, followRegionRedirects: true });
  const ledger = createJsonLedger(s3, config.LEDGER_BUCKET);
  const speaker = { stage: config.STAGE, service: config.SERVICE, plan };
  return {
    plan,
    region: config.AWS_REGION,
    stage: config.STAGE,
    service: config.SERVICE,
    settleSeconds: config.SETTLE_SECONDS,
    memoryMb: config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    objects: createObjectClient(s3),
    readSecret: createSecretReader({
      ssm: new SSMClient(settings),
      secretsManager: new SecretsManagerClient(settings),
    }),
    ledger: createVerificationLedger(ledger),
    reads: createReadsLedger(ledger),
    listObjects: (listing) => listObjects(s3, listing),
    publish: createFactPublisher(new SNSClient(settings), config.FACTS_TOPIC_ARN),
    enqueue: createOwnQueue(new SQSClient(settings), config.QUEUE_URL, speaker, () => new Date()),
  };
};
