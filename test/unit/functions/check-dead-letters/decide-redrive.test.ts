import { describe, expect, it } from 'vitest';
import { decideDepth } from '../../../../functions/check-dead-letters/decide-depth.ts';
import {
  decideRedrive,
  type RedriveCase,
} from '../../../../functions/check-dead-letters/decide-redrive.ts';
import { attributesOf, policyWith, QUEUE, webhookWith } from './dead-letter-fixtures.ts';

const WITH = webhookWith(`dead-letters: { queue: "${QUEUE}" }`);
const WITHOUT = webhookWith('heal: false');
const OPEN = { attributes: attributesOf(), permission: 'allowed' } as const;
const FAILURE = { failure: { reason: 'timeout', message: 'late' } } as const;
const judge = (more: Partial<RedriveCase>) =>
  decideRedrive({ webhook: WITH, queue: OPEN, losses: { count: undefined }, hours: 24, ...more });

describe('decideRedrive', () => {
  it('passes where the topic may send and no loss was reported', () => {
    expect(judge({})).toMatchObject({
      verdict: 'pass',
      reason: 'kept',
      observed: { lost: 'none-reported' },
    });
    expect(judge({ losses: { count: 0 } })).toMatchObject({ verdict: 'pass' });
  });

  it('says of a key of its own that it was not looked at', () => {
    const queue = {
      attributes: attributesOf({ key: 'alias/ours' }),
      permission: 'allowed',
    } as const;
    expect(judge({ queue }).summary).toContain('its key was not looked at');
  });

  it.each([
    ['messages that are lost', { losses: { count: 3 } }, 'lost'],
    ['a policy that refuses', { queue: { ...OPEN, permission: 'refused' } }, 'queue-refuses-topic'],
    [
      'a key that SNS may not use',
      { queue: { attributes: attributesOf({ key: 'alias/aws/sqs' }), permission: 'allowed' } },
      'key-refuses-topic',
    ],
    [
      'a loss that is seen where the queue is not',
      { losses: { count: 1 }, queue: FAILURE },
      'lost',
    ],
    [
      'a closed queue where losses are not seen',
      { losses: FAILURE, queue: { ...OPEN, permission: 'refused' } },
      'queue-refuses-topic',
    ],
  ] as const)('fails as loud as a lost subscription: %s', (_, more, reason) => {
    expect(judge(more)).toMatchObject({ verdict: 'fail', severity: 'critical', reason });
  });

  it('warns where the plan names no queue, and is louder where messages were lost by that', () => {
    const none = { webhook: WITHOUT, queue: undefined };
    expect(judge(none)).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'no-dead-letters',
    });
    expect(judge({ ...none, losses: { count: 2 } })).toMatchObject({
      severity: 'critical',
      reason: 'lost',
    });
    expect(judge({ ...none, losses: FAILURE })).toMatchObject({
      verdict: 'fail',
      reason: 'no-dead-letters',
    });
  });

  it.each([
    ['the queue is not read', { queue: FAILURE }, 'timeout'],
    ['CloudWatch does not answer', { losses: FAILURE }, 'timeout'],
    ['the topic is of another account', { losses: 'other-account' }, 'other-account'],
    ['the policy is doubtful', { queue: { ...OPEN, permission: 'doubtful' } }, 'policy-not-judged'],
  ] as const)('does not know where %s', (_, more, reason) => {
    expect(judge(more)).toMatchObject({ verdict: 'unknown', reason });
  });
});

describe('decideDepth', () => {
  const depth = (visible: number, inFlight = 0, delayed = 0) =>
    decideDepth(
      policyWith('alarm-above: 100'),
      attributesOf({ visible, inFlight, delayed }),
      'sls …',
    );

  it('counts what waits, what is worked on and what is delayed', () => {
    expect(depth(0)).toMatchObject({ verdict: 'pass', reason: 'empty' });
    expect(depth(100)).toMatchObject({ verdict: 'pass', reason: 'within' });
    expect(depth(99, 1, 1)).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'above',
      summary: '101 messages could not be delivered and wait, more than 100',
    });
  });
});
