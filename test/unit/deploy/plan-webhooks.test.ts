import { describe, expect, it } from 'vitest';
import { confirmationResources } from '../../../deploy/plan-webhooks.ts';
import { readPlan } from '../../support/plan-text.ts';

describe('confirmationResources', () => {
  it('lets the topics of the plan send, each named once', () => {
    const topic = 'arn:aws:sns:us-east-1:123456789012:events';
    const { plan } = readPlan(
      `plan: test\nwebhooks:\n  one: { topic: "${topic}", endpoint: "https://one.example" }\n  two: { topic: "${topic}", endpoint: "https://two.example" }\n`,
    );
    const text = JSON.stringify(confirmationResources(plan));
    expect(text).toContain(`"Condition":{"ArnEquals":{"aws:SourceArn":["${topic}"]}}`);
    expect(text).not.toContain('"*"');
  });

  it('lets nobody send where the plan has no webhooks', () => {
    expect(confirmationResources(readPlan('plan: test\n').plan)).toEqual({});
  });
});
