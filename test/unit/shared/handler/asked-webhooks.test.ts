import { describe, expect, it } from 'vitest';
import { askedWebhooks } from '../../../../shared/handler/asked-webhooks.ts';
import { readPlan } from '../../../support/plan-text.ts';

const topic = 'arn:aws:sns:us-east-1:123456789012:events';
const { plan } = readPlan(
  `plan: test\nwebhooks:\n  one: { topic: "${topic}", endpoint: "https://one.example" }\n  two: { topic: "${topic}", endpoint: "https://two.example" }\n`,
);
const named = (payload: unknown) => askedWebhooks(payload, plan).map(({ name }) => name);

describe('askedWebhooks', () => {
  it.each([[undefined], [null], [''], [{}]])('takes all for %j', (payload) => {
    expect(named(payload)).toEqual(['one', 'two']);
  });

  it('takes the one that is named', () => {
    expect(named({ webhook: 'two' })).toEqual(['two']);
  });

  it.each([
    [{ webhook: 'tow' }, 'did you mean two?'],
    [{ webhook: 'ses-events' }, 'it has one, two'],
    [{ webhooks: 'two' }, 'webhooks'],
    [{ webhook: 7 }, 'webhook'],
    [[], 'object'],
  ])('refuses %j', (payload, words) => {
    expect(() => named(payload)).toThrow(words);
  });
});
