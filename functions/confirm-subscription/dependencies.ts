import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import {
  createCertificateClient,
  type Dial,
} from '../../shared/sns-signature/certificate-client.ts';
import { createCertificateStore } from '../../shared/sns-signature/certificate-store.ts';
import { createSignatureVerifier } from '../../shared/sns-signature/signature-verifier.ts';
import type { Acceptance } from './accept-request.ts';
import type { Config } from './config.ts';
import type { Services as Confirming } from './confirm-subscription.ts';
import { createOwnQueue } from './own-queue-client.ts';
import { createSubscriptionClient } from './subscription-client.ts';

export type Services = Confirming & Acceptance;

/** @param dial where the hosts of certificates are found. Nothing but a test gives it. */
export const buildServices = (config: Config, dial: Dial = {}): Services => {
  const plan = readBundledPlan(config.PLAN_FILE);
  // With the five seconds that a certificate may take, an answer by HTTP stays below SNS's fifteen.
  const settings = clientSettings({ connectMs: 1_000, answerMs: 3_000, attempts: 2 });
  const clients = new Map<string, SNSClient>();
  const snsIn = (region: string): SNSClient => {
    const client = clients.get(region) ?? new SNSClient({ ...settings, region });
    clients.set(region, client);
    return client;
  };
  const now = () => new Date();
  return {
    plan,
    stage: config.STAGE,
    service: config.SERVICE,
    verify: createSignatureVerifier(
      plan.webhooks.map(({ topic }) => topic),
      createCertificateStore(createCertificateClient(dial), now),
      now,
    ),
    subscriptions: createSubscriptionClient(snsIn),
    publish: createFactPublisher(new SNSClient(settings), config.FACTS_TOPIC_ARN),
    enqueue: createOwnQueue(new SQSClient(settings), config.QUEUE_URL),
    now,
  };
};
