import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { localClients } from '../../local/clients.ts';
import { waitUntil } from '../../local/wait-until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../local/webhook-receiver.ts';
import { type AwsProxy, queryFault, startAwsProxy } from '../support/aws-proxy.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';

const { sns } = localClients(inject('endpoint'));
const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

describe('check-subscriptions', () => {
  let stage: FunctionStage;
  let receiver: WebhookReceiver;
  let proxy: AwsProxy;
  let topic = '';
  let queue = '';
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  /** A plan with one webhook, and the function as it is after a cold start. */
  const load = async (fields = ''): Promise<void> => {
    const text = `plan: test\nwebhooks: { events: { topic: "${topic}", endpoint: "${receiver.url}", dead-letters: { queue: "${queue}" }, ${fields} } }`;
    stage = await prepareFunction('check-subscriptions', text);
    const environment = { ...stage.environment, AWS_ENDPOINT_URL_SNS: proxy.url };
    for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/check-subscriptions/handler.ts'));
  };
  const check = async (event: unknown = SCHEDULED): Promise<CheckReport> => {
    await handler(event, lambdaContext());
    const [report, ...more] = await stage.reports();
    if (report === undefined || more.length > 0) throw new Error('not one report');
    return report.data;
  };
  const redrive = () => ({
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${queue.split('/').at(-1)}`,
    }),
  });
  const subscribe = async (
    endpoint = receiver.url,
    attributes: Record<string, string> = redrive(),
  ) => {
    const { SubscriptionArn = '' } = await sns.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: 'http',
        Endpoint: endpoint,
        Attributes: attributes,
        ReturnSubscriptionArn: true,
      }),
    );
    return SubscriptionArn;
  };
  const confirm = async (): Promise<void> => {
    const Token = await waitUntil(
      async () => receiver.messages('SubscriptionConfirmation').at(-1)?.Token,
      { deadlineMs: 20_000, everyMs: 50, what: 'a confirmation request' },
    );
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token }));
  };
  const subscribeCalls = () => proxy.requests.filter(({ operation }) => operation === 'Subscribe');

  beforeEach(async () => {
    const Name = `subscriptions-${randomUUID().slice(0, 8)}`;
    topic = (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
    queue = `${inject('endpoint')}/000000000000/${Name}-dlq`;
    receiver = await startWebhookReceiver();
    proxy = await startAwsProxy(inject('endpoint'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await receiver.close();
    await proxy.close();
  });

  it('passes what is subscribed, confirmed and as the plan says, whoever starts it', async () => {
    await load();
    await subscribe();
    await confirm();
    for (const event of [SCHEDULED, {}, null, '', { webhook: 'events' }]) {
      expect(await check(event)).toMatchObject({
        check: 'webhook-subscription',
        subject: { kind: 'webhook', id: 'events', region: 'us-east-1' },
        promise: 'webhooks.events',
        verdict: 'pass',
        reason: 'confirmed',
        observed: { state: 'confirmed', unsubscribeNeedsAuthentication: true },
      });
    }
  });

  it('only reports what is missing, where the plan does not say heal', async () => {
    await load();
    const report = await check();
    expect(report).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'missing' });
    expect(report.summary).toContain('the plan does not say "heal: true"');
    expect(report.action).toContain(`aws sns subscribe --topic-arn ${topic} --protocol http`);
    expect(subscribeCalls()).toEqual([]);
    expect(receiver.received).toEqual([]);
  });

  it('subscribes again what is missing, once, with the attributes of the plan', async () => {
    await load('heal: true, raw-delivery: true, filter-policy: { type: [a, b] }');
    const first = await check();
    expect(first).toMatchObject({
      verdict: 'fail',
      reason: 'missing',
      observed: { healing: 'subscribed' },
      measurements: expect.arrayContaining([
        { name: 'heal-attempts', value: 1, unit: 'attempts a day' },
      ]),
      action: expect.stringMatching(/^Let the endpoint confirm/),
    });
    const second = await check();
    expect(second).toMatchObject({
      verdict: 'fail',
      reason: 'pending',
      observed: { healing: 'too-early' },
      measurements: expect.arrayContaining([
        { name: 'pending-hours-left-at-most', value: 48, unit: 'hours' },
        { name: 'pending-hours-left-at-least', value: 48, unit: 'hours' },
      ]),
    });
    await check();
    expect(subscribeCalls()).toHaveLength(1);
    await confirm();
    expect(await check()).toMatchObject({ verdict: 'pass', reason: 'confirmed' });
    expect(receiver.messages('SubscriptionConfirmation')).toHaveLength(1);
  });

  it('of two runs at once lets one subscribe', async () => {
    await load('heal: true');
    await Promise.all([1, 2, 3].map(() => handler(SCHEDULED, lambdaContext())));
    expect(subscribeCalls()).toHaveLength(1);
    const outcomes = (await stage.reports()).map(({ data }) =>
      Reflect.get(Object(data.observed), 'healing'),
    );
    expect(outcomes.filter((one) => one === 'subscribed')).toHaveLength(1);
  });

  it('subscribes nothing where it cannot write down that it did', async () => {
    await load('heal: true');
    vi.stubEnv('LEDGER_BUCKET', 'no-such-bucket');
    vi.resetModules();
    ({ handler } = await import('../../functions/check-subscriptions/handler.ts'));
    const report = await check();
    expect(report).toMatchObject({
      verdict: 'fail',
      reason: 'missing',
      observed: { healing: 'no-memory' },
    });
    expect(subscribeCalls()).toEqual([]);
  });

  it('takes a memory that is damaged for none', async () => {
    await load('heal: true');
    await stage.clients.s3.send(
      new PutObjectCommand({
        Bucket: stage.ledgerBucket,
        Key: 'webhooks/events.json',
        Body: '{"attempts": "no"',
      }),
    );
    expect(await check()).toMatchObject({ reason: 'missing', observed: { healing: 'subscribed' } });
  });

  it('says that subscribing again was refused', async () => {
    await load('heal: true');
    proxy.fail('Subscribe', queryFault(403, 'AuthorizationError'));
    const report = await check();
    expect(report).toMatchObject({
      verdict: 'fail',
      reason: 'missing',
      observed: { healing: 'failed' },
    });
    expect(report.summary).toContain('subscribing it again failed (AuthorizationError');
    // A refusal counts as an attempt: it is not tried in every run.
    expect(await check()).toMatchObject({ observed: { healing: 'too-early' } });
  });

  it('names every attribute that drifted', async () => {
    await load('filter-policy: { type: [a, b] }');
    const arn = await subscribe(receiver.url, {
      ...redrive(),
      FilterPolicy: '{ "type": ["b", "a"] }',
    });
    await confirm();
    expect(await check()).toMatchObject({ verdict: 'pass' });
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn: arn,
          AttributeName,
          AttributeValue,
        }),
      );
    await set('RedrivePolicy', '');
    await set('FilterPolicy', '{"type":["a"]}');
    await set('RawMessageDelivery', 'true');
    const report = await check();
    expect(report).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'drift' });
    expect(report.summary).toContain('has no redrive policy: what cannot be delivered is lost');
    expect(report.summary).toContain('has raw delivery on, has another filter policy');
    expect(report.action.match(/aws sns set-subscription-attributes/g)).toHaveLength(3);
  });

  it('warns of subscriptions that the plan does not know', async () => {
    await load('subscribers: ["http://127.0.0.1:9/known"]');
    await subscribe();
    await confirm();
    await subscribe('http://127.0.0.1:9/known', {});
    expect(await check()).toMatchObject({ verdict: 'pass' });
    await subscribe('http://127.0.0.1:9/other?token=hunter2', {});
    const report = await check();
    expect(report).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'foreign-subscription',
    });
    expect(JSON.stringify(report)).toContain('http://127.0.0.1:9/other');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('says which endpoint stands where the right one should, and that it is gone afterwards', async () => {
    await load();
    const arn = await subscribe(`${receiver.url}s`, {});
    expect(await check()).toMatchObject({ reason: 'wrong-endpoint', severity: 'critical' });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    expect((await check()).verdict).toBe('fail');
  });

  it.each([
    ['ListSubscriptionsByTopic', queryFault(403, 'AuthorizationError'), 'access-denied'],
    ['ListSubscriptionsByTopic', queryFault(404, 'NotFound'), 'not-found'],
    [
      'ListSubscriptionsByTopic',
      { status: 200, body: '<html>maintenance</html>' },
      'unexpected-error',
    ],
    ['GetSubscriptionAttributes', queryFault(403, 'AuthorizationError'), 'access-denied'],
    [
      'GetSubscriptionAttributes',
      { status: 200, body: '<html>maintenance</html>' },
      'unexpected-error',
    ],
    ['GetSubscriptionAttributes', queryFault(500, 'InternalError'), 'unavailable'],
    ['ListSubscriptionsByTopic', 'hang', 'timeout'],
  ] as const)(
    'does not know where %s answers %j',
    { timeout: 30_000 },
    async (operation, fault, reason) => {
      await load('heal: true');
      await subscribe();
      await confirm();
      proxy.fail(operation, fault);
      const report = await check();
      expect(report).toMatchObject({ verdict: 'unknown', reason });
      expect(report.action).not.toBe('');
      // What was not seen is not mended.
      expect(subscribeCalls()).toEqual([]);
    },
  );

  it('looks through every page of a topic, slowly', async () => {
    await load();
    await subscribe();
    await confirm();
    const page = (from: number, next: string) => ({
      status: 200,
      body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${Array.from(
        { length: 100 },
        (_, index) =>
          `<member><SubscriptionArn>${topic}:${from + index}</SubscriptionArn><Protocol>sqs</Protocol><Endpoint>arn:aws:sqs:us-east-1:1:q${from + index}</Endpoint></member>`,
      ).join(
        '',
      )}</Subscriptions>${next}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    });
    proxy.fail('ListSubscriptionsByTopic', (body) =>
      body.includes('NextToken') ? undefined : page(0, '<NextToken>more</NextToken>'),
    );
    const started = performance.now();
    const report = await check();
    expect(performance.now() - started).toBeGreaterThan(90);
    expect(report).toMatchObject({
      reason: 'foreign-subscription',
      observed: { state: 'confirmed' },
      measurements: expect.arrayContaining([
        { name: 'foreign-subscriptions', value: 100, unit: 'subscriptions' },
      ]),
    });
  });

  it.each([{ webhook: 'event' }, { webhok: 'events' }, [], 7])('refuses %j', async (payload) => {
    await load();
    await expect(handler(payload, lambdaContext())).rejects.toThrow(/webho|must be an object/);
  });
});
