import { setImmediate } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { createSubscriptionClient } from '../../../../functions/check-subscriptions/subscription-client.ts';

describe('listing several topics at once', () => {
  it('sends one request after the other, a pause apart', async () => {
    let sent = 0;
    const pauses: (() => void)[] = [];
    const sns = new SNSClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: {
        handle: async () => {
          sent += 1;
          const body = Buffer.from(
            '<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions></Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>',
          );
          return { response: { statusCode: 200, headers: {}, body } };
        },
      },
    });
    const waited: number[] = [];
    const client = createSubscriptionClient(sns, (ms) => {
      waited.push(ms);
      return new Promise<void>((resolve) => pauses.push(resolve));
    });
    const topics = [1, 2, 3].map((id) => `arn:aws:sns:us-east-1:123456789012:t${id}`);
    const all = Promise.all(topics.map((topic) => client.list(topic)));
    for (const round of [1, 2, 3]) {
      await expect.poll(() => sent, { interval: 5 }).toBeGreaterThanOrEqual(round);
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      expect(sent).toBe(round);
      pauses.shift()?.();
    }
    expect(await all).toMatchObject(topics.map(() => ({ complete: true, subscriptions: [] })));
    // SNS answers thirty a second.
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(100);
  });
});
