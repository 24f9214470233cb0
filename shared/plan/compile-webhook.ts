import type { WebhookPolicy } from './plan.ts';
import { queueArn } from './queue-address.ts';
import type { WebhookFile } from './webhook-schema.ts';

export const compileWebhook = (name: string, webhook: WebhookFile): WebhookPolicy => {
  const deadLetters = webhook['dead-letters'];
  const filterPolicy = webhook['filter-policy'];
  const { duplicates } = webhook;
  return {
    name,
    topic: webhook.topic,
    endpoint: webhook.endpoint,
    severity: webhook.severity,
    heal: webhook.heal,
    receiver: webhook.receiver,
    rawDelivery: webhook['raw-delivery'],
    ...(filterPolicy === undefined
      ? {}
      : { filterPolicy: { scope: webhook['filter-policy-scope'], policy: filterPolicy } }),
    subscribers: webhook.subscribers,
    ...(deadLetters === undefined
      ? {}
      : {
          deadLetters: {
            queue: deadLetters.queue,
            arn: queueArn(deadLetters.queue, webhook.topic),
            alarmAbove: deadLetters['alarm-above'],
            alarmOlderThanSeconds: deadLetters['alarm-older-than'],
            alarmBeforeExpirySeconds: deadLetters['alarm-before-expiry'],
            replayTo: deadLetters['replay-to'],
            severity: deadLetters.severity,
          },
        }),
    ...(duplicates === undefined
      ? {}
      : { duplicates: { ...duplicates, query: duplicates.query.trim().replace(/[;\s]+$/, '') } }),
  };
};
