import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import { createSecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Services } from './check-dead-letters.ts';
import type { Config } from './config.ts';
import { createMemoryStore } from './memory-store.ts';
import { createMetricClient } from './metric-client.ts';
import { createQueueClient } from './queue-client.ts';
import { createReceiverClient } from './receiver-client.ts';

/** One client for each Region, made when it is first asked for. */
const perRegion = <Client>(make: (region: string) => Client) => {
  const made = new Map<string, Client>();
  return (region: string): Client => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
};

export const buildServices = (config: Config): Services => {
  const ledger = new S3Client(clientSettings({ attempts: 2 }));
  const secrets = clientSettings({ connectMs: 1_000, answerMs: 2_000, attempts: 2 });
  const readSecret = createSecretReader({
    ssm: new SSMClient(secrets),
    secretsManager: new SecretsManagerClient(secrets),
  });
  const { account, partition } = readTopicArn(config.FACTS_TOPIC_ARN);
  return {
    plan: readBundledPlan(config.PLAN_FILE),
    stage: config.STAGE,
    service: config.SERVICE,
    account,
    own: { names: config.OWN_DEAD_LETTERS, partition, region: config.AWS_REGION, account },
    queuesIn: perRegion((region) => {
      // Signed requests go to SQS, not to whatever host a URL names.
      const settings = { ...clientSettings(), region, useQueueUrlAsEndpoint: false };
      return createQueueClient(new SQSClient(settings));
    }),
    metricsIn: perRegion((region) =>
      createMetricClient(new CloudWatchClient({ ...clientSettings({ attempts: 2 }), region })),
    ),
    memories: createMemoryStore(createJsonLedger(ledger, config.LEDGER_BUCKET)),
    askReceiver: createReceiverClient(readSecret),
    publish: createFactPublisher(new SNSClient(clientSettings()), config.FACTS_TOPIC_ARN),
  };
};
