import type { QueueAttributes } from '../../../../functions/check-dead-letters/queue-client.ts';
import type { QueueMemory, Sample } from '../../../../functions/check-dead-letters/queue-memory.ts';
import { readPlan } from '../../../support/plan-text.ts';

export const NOW = new Date('2026-11-21T12:00:00.000Z');
export const HOUR = 3_600;
export const DAY = 24 * HOUR;
export const TOPIC = 'arn:aws:sns:us-east-1:123456789012:t';
export const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/dlq';
export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:dlq';

/** A moment so many seconds before NOW. */
export const ago = (seconds: number): string =>
  new Date(NOW.getTime() - seconds * 1_000).toISOString();

export const webhookWith = (fields: string) => {
  const text = `plan: test\nwebhooks: { w: { topic: "${TOPIC}", endpoint: "https://a.example/", ${fields} } }`;
  const [webhook] = readPlan(text).plan.webhooks;
  if (webhook === undefined) throw new Error('no webhook');
  return webhook;
};

export const policyWith = (fields = '') => {
  const { deadLetters } = webhookWith(`dead-letters: { queue: "${QUEUE}", ${fields} }`);
  if (deadLetters === undefined) throw new Error('no dead letters');
  return deadLetters;
};

export const attributesOf = (more: Partial<QueueAttributes> = {}): QueueAttributes => ({
  visible: 0,
  inFlight: 0,
  delayed: 0,
  retentionSeconds: 14 * DAY,
  policy: undefined,
  redrivePolicy: undefined,
  key: undefined,
  ...more,
});

export const sampleOf = (more: Partial<Sample> = {}): Sample => ({
  at: ago(0),
  depth: 1,
  looked: 1,
  published: ago(60),
  enqueued: ago(50),
  withoutEnvelope: 0,
  ...more,
});

export const memoryOf = (more: Partial<QueueMemory> = {}): QueueMemory => ({
  queue: QUEUE,
  ...more,
});
