import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../../events/check-reported/v1.ts';
import { checkReportedSchema } from '../../../../events/check-reported/v1.ts';
import {
  confirmSubscription,
  type Services,
} from '../../../../functions/confirm-subscription/confirm-subscription.ts';
import type { Subscription } from '../../../../functions/confirm-subscription/decide-confirmation.ts';
import { lookAgain } from '../../../../functions/confirm-subscription/look-again.ts';
import {
  type Confirmed,
  SubscriptionError,
} from '../../../../functions/confirm-subscription/subscription-client.ts';
import type { Verification } from '../../../../shared/sns-signature/signature-verifier.ts';
import { readPlan } from '../../../support/plan-text.ts';
import { confirmationFields, type SnsFields } from '../../../support/sns-messages.ts';

const TOPIC = String(confirmationFields().TopicArn);
const ARN = `${TOPIC}:c9135db0-26c4-47ec-8998-413945fb5a96`;
const OURS = 'https://ours.example.com/hook';
const webhook = (name: string, endpoint: string, more = '') =>
  `  ${name}: { topic: "${TOPIC}", endpoint: "${endpoint}"${more} }\n`;
const ONE = webhook('events', OURS);
const NOW = new Date('2026-01-31T03:00:00Z');

type World = {
  webhooks?: string;
  verification?: Verification;
  listing?: Subscription[] | 'not-allowed' | 'down';
  confirmed?: Confirmed | 'down';
  /** What is listed once something was confirmed. */
  after?: Subscription[] | 'down';
};

/** The use case, with what SNS says and what the topic of facts hears. */
const prepare = (world: World = {}) => {
  const { verification = { result: 'genuine' }, listing = [{ endpoint: OURS }] } = world;
  const { confirmed = { result: 'confirmed', arn: ARN } } = world;
  const reports: CheckReport[] = [];
  const tokens: string[] = [];
  const services: Services = {
    plan: readPlan(`plan: test\nwebhooks:\n${world.webhooks ?? ONE}`).plan,
    stage: 'prod',
    service: 'confirm-subscription',
    verify: async () => verification,
    subscriptions: {
      list: async () => {
        const now = tokens.length > 0 && world.after !== undefined ? world.after : listing;
        if (now === 'down') throw new SubscriptionError('SNS is down');
        return now === 'not-allowed' ? undefined : now;
      },
      confirm: async (_, token) => {
        tokens.push(token);
        if (confirmed === 'down') throw new SubscriptionError('SNS is down');
        return confirmed;
      },
    },
    publish: async (facts) => {
      for (const fact of facts) reports.push(checkReportedSchema.parse(fact).data);
    },
  };
  const run = {
    now: () => NOW,
    remainingMs: () => 60_000,
    correlationId: 'test',
    log: new Logger({ logLevel: 'SILENT' }),
  };
  return {
    reports,
    tokens,
    take: (fields: SnsFields = confirmationFields()) =>
      confirmSubscription(services, JSON.stringify(fields), run),
    look: () => lookAgain(services, services.plan.webhooks, run),
  };
};

const ending = confirmationFields({
  Type: 'UnsubscribeConfirmation',
  Message: `You have chosen to deactivate subscription ${ARN}.\nTo cancel this operation`,
});

describe('confirmSubscription', () => {
  it('confirms, and reports a pass with what proves it', async () => {
    const { take, reports, tokens } = prepare();
    const fields = confirmationFields();
    expect(await take(fields)).toMatchObject({ result: 'confirmed', subscriptionArn: ARN });
    expect(tokens).toEqual([fields.Token]);
    expect(reports).toMatchObject([
      {
        verdict: 'pass',
        subject: { kind: 'webhook', id: 'events', region: 'us-east-1' },
        summary: 'events: its subscription to mailblast-email-events is confirmed',
        evidence: [{ uri: `${TOPIC}/${fields.MessageId}`, sha256: expect.any(String) }],
        checkedAt: NOW.toISOString(),
      },
    ]);
  });

  it('confirms for a topic that it may not list', async () => {
    const { take, tokens } = prepare({ listing: 'not-allowed' });
    expect(await take()).toMatchObject({ result: 'confirmed' });
    expect(tokens).toHaveLength(1);
  });

  it('asks SNS nothing about a topic that is not of the plan, and reports nothing', async () => {
    const { take, reports, tokens } = prepare({ listing: 'down' });
    const fields = confirmationFields({ TopicArn: `${TOPIC}-2` });
    await expect(take(fields)).rejects.toMatchObject({ reason: 'foreign-topic' });
    expect([reports, tokens]).toEqual([[], []]);
  });

  it('confirms nothing that is forged', async () => {
    const forged = { result: 'refused', reason: 'signature-mismatch', detail: 'why' } as const;
    const { take, reports, tokens } = prepare({ verification: forged });
    await expect(take()).rejects.toMatchObject({ reason: 'signature-mismatch' });
    expect(tokens).toEqual([]);
    expect(reports).toMatchObject([{ verdict: 'fail', severity: 'warning', reason: 'forged' }]);
  });

  it.each<[string, World]>([
    ['certificate-unavailable', { verification: { result: 'unknown', detail: 'no answer' } }],
    ['sns-unavailable', { listing: 'down' }],
    ['sns-unavailable', { confirmed: 'down' }],
  ])('knows nothing yet, and tries again: %s', async (reason, world) => {
    const { take, reports } = prepare(world);
    await expect(take()).rejects.toMatchObject({ name: 'RetryLaterError', afterSeconds: 60 });
    expect(reports).toMatchObject([{ verdict: 'unknown', reason }]);
  });

  it('waits for a subscription that is not listed yet, without a word', async () => {
    const { take, reports, tokens } = prepare({ listing: [] });
    const fields = confirmationFields({ Timestamp: '2026-01-31T02:59:30.000Z' });
    await expect(take(fields)).rejects.toMatchObject({ name: 'RetryLaterError' });
    expect([reports, tokens]).toEqual([[], []]);
  });

  it('gives a token of another endpoint no use', async () => {
    const { take, reports, tokens } = prepare({ listing: [{ endpoint: 'https://evil.example' }] });
    await expect(take()).rejects.toMatchObject({ reason: 'nothing-pending' });
    expect(tokens).toEqual([]);
    expect(reports).toMatchObject([{ verdict: 'fail', severity: 'critical' }]);
  });

  it.each([
    ['of another topic', `${TOPIC}-2:c9135db0-26c4-47ec-8998-413945fb5a96`],
    ['of the topic itself', TOPIC],
  ])('says loudly that SNS confirmed a subscription %s', async (_, arn) => {
    const { take, reports } = prepare({ confirmed: { result: 'confirmed', arn } });
    await expect(take()).rejects.toMatchObject({ reason: 'other-subscription' });
    expect(reports).toMatchObject([
      { verdict: 'fail', severity: 'critical', reason: 'other-subscription' },
    ]);
    expect(reports[0]?.action).toContain(`aws sns unsubscribe --subscription-arn ${arn}`);
  });

  it('restores what was ended, and dates the alert when it was ended', async () => {
    const { take, reports } = prepare({ listing: [] });
    expect(await take(ending)).toMatchObject({ result: 'ended-and-restored' });
    expect(reports).toMatchObject([
      { verdict: 'fail', severity: 'critical', checkedAt: ending.Timestamp },
    ]);
    // An alert of its own: whatever is dated later, of another check, neither hides it nor closes it.
    expect(reports[0]?.check).toBe('webhook-ended');
    expect(reports[0]?.action).toContain(
      `sls invoke -f confirm-subscription -s prod --data '{"webhook": "events"}'`,
    );
  });

  it('notices that another subscription was restored than was ended', async () => {
    const arn = `${TOPIC}:00000000-26c4-47ec-8998-413945fb5a96`;
    const { take } = prepare({ listing: [], confirmed: { result: 'confirmed', arn } });
    await expect(take(ending)).rejects.toMatchObject({ reason: 'other-subscription' });
  });

  it('says that it could not restore', async () => {
    const confirmed = { result: 'refused', reason: 'token-invalid' } as const;
    const { take, reports } = prepare({ listing: [], confirmed });
    await expect(take(ending)).rejects.toMatchObject({ reason: 'token-invalid' });
    expect(reports[0]?.summary).toContain('could not be restored (token-invalid)');
  });

  it.each<[string, World]>([
    ['listed', { listing: 'down' }],
    ['restored', { listing: [], confirmed: 'down' }],
  ])('says that a subscription was ended also where it cannot be %s now', async (_, world) => {
    const { take, reports } = prepare(world);
    await expect(take(ending)).rejects.toMatchObject({ name: 'RetryLaterError' });
    expect(reports).toMatchObject([
      {
        check: 'webhook-ended',
        verdict: 'fail',
        severity: 'critical',
        reason: 'sns-unavailable',
        checkedAt: ending.Timestamp,
      },
    ]);
    expect(reports[0]?.summary).toContain('somebody ended a subscription');
  });

  it('knows no end of a subscription before SNS is known to have said so', async () => {
    const { take, reports } = prepare({ verification: { result: 'unknown', detail: 'no answer' } });
    await expect(take(ending)).rejects.toMatchObject({ name: 'RetryLaterError' });
    expect(reports).toMatchObject([{ check: 'webhook-confirmation', verdict: 'unknown' }]);
  });

  it('leaves the end of a subscription alone that the plan does not promise', async () => {
    const listing = [{ endpoint: OURS, arn: `${TOPIC}:1` }];
    const { take, reports, tokens } = prepare({ listing });
    expect(await take(ending)).toMatchObject({ result: 'not-of-the-plan' });
    expect([reports, tokens]).toEqual([[], []]);
  });

  it.each<[string, World, unknown]>([
    ['the one that waits', { listing: [{ endpoint: OURS }] }, { kind: 'webhook', id: 'events' }],
    ['the topic where two wait', {}, { kind: 'topic', id: TOPIC }],
    ['the topic where nothing is known', { listing: 'not-allowed' }, { kind: 'topic', id: TOPIC }],
  ])('speaks of %s, where two webhooks share a topic', async (_, world, subject) => {
    const other = 'https://other.example.com/hook';
    const webhooks = ONE + webhook('others', other, ', severity: warning');
    const listing = [{ endpoint: OURS }, { endpoint: other }];
    const { take, reports } = prepare({ webhooks, listing, ...world });
    await take();
    expect(reports[0]?.subject).toMatchObject(Object(subject));
  });

  const AUDIT = 'https://audit.example.com/hook';
  const withAudit = { webhooks: webhook('events', OURS, `, subscribers: ["${AUDIT}"]`) };

  it('calls no webhook confirmed because another subscriber of the plan is', async () => {
    for (const after of [[{ endpoint: AUDIT, arn: ARN }], undefined]) {
      const world = { ...withAudit, listing: [{ endpoint: AUDIT }] };
      const { take, reports, tokens } = prepare(after === undefined ? world : { ...world, after });
      expect(await take()).toMatchObject({ result: 'subscriber-confirmed', subscriptionArn: ARN });
      expect(tokens).toHaveLength(1);
      expect(reports).toEqual([]);
    }
  });

  it('says loudly that the token was of an endpoint that nobody planned', async () => {
    const evil = 'https://evil.example';
    const listing = [{ endpoint: OURS }, { endpoint: evil }];
    const after = [{ endpoint: OURS }, { endpoint: evil, arn: ARN }];
    const { take, reports } = prepare({ listing, after });
    await expect(take()).rejects.toMatchObject({ reason: 'other-subscription' });
    expect(reports).toMatchObject([{ verdict: 'fail', severity: 'critical' }]);
  });

  it('says which of two webhooks that waited it was', async () => {
    const other = 'https://other.example.com/hook';
    const listing = [{ endpoint: OURS }, { endpoint: other }];
    const after = [{ endpoint: OURS }, { endpoint: other, arn: ARN }];
    const webhooks = ONE + webhook('others', other);
    const { take, reports } = prepare({ webhooks, listing, after });
    await take();
    expect(reports).toMatchObject([
      { verdict: 'pass', subject: { kind: 'webhook', id: 'others' } },
    ]);
  });

  it('believes what was listed before where nothing is listed after', async () => {
    const { take, reports } = prepare({ after: 'down' });
    expect(await take()).toMatchObject({ result: 'confirmed' });
    expect(reports).toMatchObject([{ verdict: 'pass', subject: { id: 'events' } }]);
  });

  it('knows an endpoint whose address is spelled in another way', async () => {
    const listing = [{ endpoint: 'https://OURS.example.com:443/hook' }];
    const { take, tokens } = prepare({
      listing,
      after: [{ ...listing[0], endpoint: 'https://OURS.example.com:443/hook', arn: ARN }],
    });
    expect(await take()).toMatchObject({ result: 'confirmed' });
    expect(tokens).toHaveLength(1);
  });

  it('shows neither token nor endpoint', async () => {
    const confirmed = { result: 'refused', reason: 'token-invalid' } as const;
    const { take, reports } = prepare({ confirmed });
    await expect(take()).rejects.toThrow();
    const text = JSON.stringify(reports);
    expect(text).not.toContain(String(confirmationFields().Token));
    expect(text).not.toContain(OURS);
  });
});

describe('lookAgain', () => {
  it.each<[string, string, World['listing']]>([
    ['pass', 'confirmed', [{ endpoint: OURS, arn: ARN }]],
    ['fail', 'pending', [{ endpoint: OURS }]],
    ['fail', 'not-subscribed', [{ endpoint: 'https://evil.example', arn: ARN }]],
    ['unknown', 'not-listed', 'not-allowed'],
  ])('reports %s: %s', async (verdict, standing, listing) => {
    const { look, reports } = prepare({ listing });
    expect(await look()).toEqual([{ webhook: 'events', subscription: standing }]);
    expect(reports).toMatchObject(
      // What is confirmed closes both alerts.
      (verdict === 'pass'
        ? ['webhook-confirmation', 'webhook-ended']
        : ['webhook-confirmation']
      ).map((check) => ({ check, verdict, reason: standing })),
    );
  });

  it('speaks of the topic too, where several share it, by the worst of them', async () => {
    const webhooks = ONE + webhook('others', 'https://other.example.com/hook');
    const { look, reports } = prepare({ webhooks, listing: [{ endpoint: OURS, arn: ARN }] });
    await look();
    expect(reports.map(({ check, subject, verdict }) => [check, subject.id, verdict])).toEqual([
      ['webhook-confirmation', 'events', 'pass'],
      ['webhook-ended', 'events', 'pass'],
      ['webhook-confirmation', 'others', 'fail'],
      ['webhook-confirmation', TOPIC, 'fail'],
    ]);
  });
});
