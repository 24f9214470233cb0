import { describe, expect, it } from 'vitest';
import {
  mendCommand,
  subscribeCommand,
} from '../../../../functions/check-subscriptions/commands.ts';
import {
  decideSubscription,
  type Seen,
} from '../../../../functions/check-subscriptions/decide-subscription.ts';
import { showEndpoint } from '../../../../functions/check-subscriptions/show-endpoint.ts';
import { readPlan } from '../../../support/plan-text.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:t';
const URL_ = 'https://a.example/sns';
const plan = (fields: string) => {
  const text = `plan: test\nwebhooks: { w: { topic: "${TOPIC}", endpoint: "${URL_}", ${fields} } }`;
  const [webhook] = readPlan(text).plan.webhooks;
  if (webhook === undefined) throw new Error('no webhook');
  return webhook;
};
const WEBHOOK = plan(
  'dead-letters: { queue: "https://sqs.us-east-1.amazonaws.com/123456789012/dlq" }',
);
const RIGHT = { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq"}' };
const confirmed = (attributes = RIGHT) =>
  ({ state: 'confirmed', arn: `${TOPIC}:1`, attributes }) as const;
const QUEUE = { arn: `${TOPIC}:2`, protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:1:other' };
const judge = (look: Seen['look'], foreign: Seen['foreign'] = []) =>
  decideSubscription(WEBHOOK, { look, foreign });

describe('decideSubscription', () => {
  it('passes what is confirmed and as the plan says', () => {
    expect(judge(confirmed())).toMatchObject([{ verdict: 'pass', reason: 'confirmed' }]);
  });

  it('is as loud as the plan says where nothing is subscribed', () => {
    const [finding] = judge({ state: 'missing' });
    expect(finding).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'missing',
      says: `${URL_} is not subscribed to ${TOPIC}`,
    });
    expect(finding.actions.join()).toContain(subscribeCommand(WEBHOOK));
  });

  it('names the endpoint that stands where the right one should', () => {
    const wrong = {
      arn: `${TOPIC}:3`,
      protocol: 'https',
      endpoint: 'https://a.example/snss?token=x',
    };
    expect(judge({ state: 'missing' }, [QUEUE, wrong])).toMatchObject([
      {
        reason: 'wrong-endpoint',
        says: `${URL_} is not subscribed to ${TOPIC}, but https https://a.example/snss is`,
      },
      { reason: 'foreign-subscription', severity: 'warning' },
    ]);
  });

  it('fails what waits for its confirmation', () => {
    expect(judge({ state: 'pending' })).toMatchObject([
      {
        verdict: 'fail',
        severity: 'critical',
        reason: 'pending',
        says: expect.stringContaining('since when is not known'),
      },
    ]);
  });

  it('names every attribute that drifted, and the line that mends each', () => {
    const [finding] = judge(confirmed({ RedrivePolicy: '' }));
    expect(finding).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'drift' });
    expect(finding.actions).toEqual([
      `Mend it: aws sns set-subscription-attributes --subscription-arn ${TOPIC}:1 --attribute-name RedrivePolicy --attribute-value '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq"}'`,
    ]);
  });

  it.each(['access-denied', 'not-found', 'timeout', 'throttled'] as const)(
    'does not know what %s hides',
    (reason) => {
      const failure = { reason, message: 'because' };
      expect(judge({ state: 'not-looked', failure })).toMatchObject([
        { verdict: 'unknown', reason },
      ]);
      expect(judge({ state: 'unread', failure })).toMatchObject([{ verdict: 'unknown', reason }]);
    },
  );

  it('warns of subscriptions that nobody planned, and of three by name', () => {
    const foreign = [1, 2, 3, 4].map((id) => ({
      ...QUEUE,
      endpoint: `arn:aws:sqs:us-east-1:1:q${id}`,
    }));
    const [finding] = judge(confirmed(), foreign);
    expect(finding).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'foreign-subscription',
    });
    expect(finding.says).toMatch(/q1, .*q2, .*q3 and 1 more$/);
  });

  it('says the sure fault first where something else was not seen', () => {
    const look = { state: 'unread', failure: { reason: 'timeout', message: '' } } as const;
    expect(judge(look, [QUEUE]).map(({ reason }) => reason)).toEqual([
      'foreign-subscription',
      'timeout',
    ]);
  });
});

describe('what a report shows', () => {
  it.each([
    [
      { arn: '', protocol: 'https', endpoint: 'https://u:hunter2@a.example/p?k=hunter2#hunter2' },
      'https https://a.example/p',
    ],
    [{ arn: '', protocol: 'sms', endpoint: '+491701234567' }, 'sms …4567'],
    [
      { arn: 'PendingConfirmation', protocol: 'https', endpoint: 'https://a.example/p' },
      'https https://a.example/p (not confirmed)',
    ],
    [QUEUE, 'sqs arn:aws:sqs:us-east-1:1:other'],
    [{ arn: '', protocol: 'email', endpoint: 'x'.repeat(900) }, `email ${'x'.repeat(194)}`],
    [{ arn: '', protocol: 'https', endpoint: '' }, 'https '],
  ])('of %j', (listed, shown) => {
    expect(showEndpoint(listed)).toBe(shown);
  });

  it('are lines that a shell reads as one argument', () => {
    const quoted = plan(`filter-policy: { a: ["it's"] }`);
    expect(subscribeCommand(quoted)).toContain(`it'\\''s`);
    expect(mendCommand('s', { attribute: 'FilterPolicy', says: '', wanted: `"'"` })).toContain(
      `'"'\\''"'`,
    );
    expect(subscribeCommand(plan('heal: true'))).toBe(
      `aws sns subscribe --topic-arn ${TOPIC} --protocol https --notification-endpoint '${URL_}'`,
    );
  });
});
