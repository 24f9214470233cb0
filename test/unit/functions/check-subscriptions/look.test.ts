import { describe, expect, it } from 'vitest';
import { foreignOf, lookFor } from '../../../../functions/check-subscriptions/look.ts';
import type { SubscriptionClient } from '../../../../functions/check-subscriptions/subscription-client.ts';
import { readPlan } from '../../../support/plan-text.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:t';
const ENDPOINT = 'https://a.example/sns';
const { webhooks } = readPlan(
  `plan: test\nwebhooks: { w: { topic: "${TOPIC}", endpoint: "${ENDPOINT}", subscribers: ["https://b.example"] } }`,
).plan;
const client: SubscriptionClient = {
  list: () => Promise.reject(new Error('not asked')),
  attributes: async () => ({ PendingConfirmation: 'false' }),
  subscribe: () => Promise.reject(new Error('not asked')),
};
const listing = (...endpoints: string[]) => ({
  complete: true,
  requests: 1,
  subscriptions: endpoints.map((endpoint, index) => ({
    arn: `${TOPIC}:${index}`,
    protocol: 'https',
    endpoint,
  })),
});
const look = (...endpoints: string[]) =>
  lookFor({ endpoint: ENDPOINT }, listing(...endpoints), client);
const foreign = (...endpoints: string[]) =>
  foreignOf(listing(...endpoints), webhooks).map(({ endpoint }) => endpoint);

describe('an endpoint', () => {
  it.each(['https://A.example/sns', 'https://a.example:443/sns', ENDPOINT])(
    'is the plan’s where it is listed as %s',
    async (spelled) => {
      expect(await look(spelled)).toMatchObject({ state: 'confirmed' });
      expect(foreign(spelled, 'https://b.example/')).toEqual([]);
    },
  );

  it.each(['https://a.example/sns/', 'https://a.example/SNS', 'http://a.example/sns'])(
    'is another where it is listed as %s',
    async (other) => {
      expect(await look(other)).toEqual({ state: 'missing' });
      expect(foreign(other)).toEqual([other]);
    },
  );

  it('that is subscribed in two spellings gets everything twice: the second is foreign', async () => {
    const second = 'https://A.example/sns';
    expect(await look(second, ENDPOINT)).toMatchObject({ arn: `${TOPIC}:1` });
    expect(foreign(second, ENDPOINT)).toEqual([second]);
  });
});
