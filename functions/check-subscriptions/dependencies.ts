import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import type { Services } from './check-subscriptions.ts';
import type { Config } from './config.ts';
import { createMemoryStore } from './memory-store.ts';
import { createSubscriptionClient, type SubscriptionClient } from './subscription-client.ts';

export const buildServices = (config: Config): Services => {
  const ledger = new S3Client(clientSettings({ attempts: 2 }));
  const clients = new Map<string, SubscriptionClient>();
  return {
    plan: readBundledPlan(config.PLAN_FILE),
    stage: config.STAGE,
    service: config.SERVICE,
    // A topic answers in its own Region alone.
    subscriptionsIn(region) {
      const known = clients.get(region);
      if (known !== undefined) return known;
      const sns = new SNSClient({ ...clientSettings(), region });
      const client = createSubscriptionClient(sns, (ms) => sleep(ms));
      clients.set(region, client);
      return client;
    },
    memories: createMemoryStore(createJsonLedger(ledger, config.LEDGER_BUCKET)),
    publish: createFactPublisher(new SNSClient(clientSettings()), config.FACTS_TOPIC_ARN),
  };
};
