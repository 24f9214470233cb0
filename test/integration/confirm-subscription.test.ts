import { Logger } from '@aws-lambda-powertools/logger';
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from 'vitest';
import { acceptRequest } from '../../functions/confirm-subscription/accept-request.ts';
import { configSchema } from '../../functions/confirm-subscription/config.ts';
import { confirmSubscription } from '../../functions/confirm-subscription/confirm-subscription.ts';
import { buildServices, type Services } from '../../functions/confirm-subscription/dependencies.ts';
import { localClients } from '../../local/clients.ts';
import { waitUntil } from '../../local/wait-until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../local/webhook-receiver.ts';
import { deadLetterReasons } from '../support/alert-stage.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { functionUrlEvent } from '../support/http-events.ts';
import { signFields, signingCertificate, startCertificateHost } from '../support/sns-signer.ts';

const CERTIFICATE_URL = `https://sns.us-east-1.amazonaws.com/SimpleNotificationService-${'a'.repeat(32)}.pem`;
const { sns } = localClients(inject('endpoint'));

const until = <T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> =>
  waitUntil(async () => probe(), { deadlineMs: 20_000, everyMs: 50, what });

let certificateHost: Awaited<ReturnType<typeof startCertificateHost>>;
beforeAll(async () => {
  const pem = signingCertificate();
  certificateHost = await startCertificateHost((_, answer) => void answer.end(pem));
});
afterAll(() => certificateHost.stop());

describe('confirm-subscription', () => {
  let stage: FunctionStage;
  let receiver: WebhookReceiver;
  let topicArn = '';
  let services: Services;
  let handler: (event: unknown) => Promise<unknown>;
  let count = 0;

  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    count += 1;
    const Name = `confirm-${process.pid}-${Date.now()}-${count}`;
    topicArn = (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
    stage = await prepareFunction(
      'confirm-subscription',
      `plan: mailblast\nwebhooks:\n  ses-events: { topic: "${topicArn}", endpoint: "${receiver.url}" }\n`,
    );
    for (const [name, value] of Object.entries(stage.environment)) vi.stubEnv(name, value);
    vi.resetModules();
    const loaded = await import('../../functions/confirm-subscription/handler.ts');
    handler = (event) => loaded.handler(event, lambdaContext());
    services = buildServices(configSchema.parse(stage.environment), certificateHost.dial);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await receiver.close();
  });

  const subscribe = async (): Promise<string> => {
    await sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'http', Endpoint: receiver.url }),
    );
    return delivered('SubscriptionConfirmation');
  };
  /** The last message of a kind that the emulator delivered, byte for byte. Its signature is FAKE. */
  const delivered = (kind: string): Promise<string> =>
    until(
      `a ${kind}`,
      () =>
        receiver.received.findLast((one) => one.headers['x-amz-sns-message-type'] === kind)?.text,
    );
  /** The same message, signed by us. */
  const signed = (text: string): string =>
    JSON.stringify(signFields({ ...JSON.parse(text), SigningCertURL: CERTIFICATE_URL }, '2'));
  const subscriptions = async () => {
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    );
    return Subscriptions.map(({ SubscriptionArn = '' }) => SubscriptionArn);
  };
  const confirm = (body: string) => {
    const run = {
      now: () => new Date(),
      remainingMs: () => 60_000,
      correlationId: 'test',
      log: new Logger({ logLevel: 'SILENT' }),
    };
    return confirmSubscription(services, body, run);
  };

  it('refuses what the emulator forges, from its queue', async () => {
    const forged = await subscribe();
    expect(await handler(stage.queueEvent(forged))).toEqual({ batchItemFailures: [] });
    const [dead] = deadLetterReasons(await stage.drain(stage.deadLetters));
    expect(dead).toMatchObject({ reason: 'certificate-url-path' });
    expect(await subscriptions()).toEqual(['PendingConfirmation']);
    const [report] = await stage.reports();
    expect(report?.data).toMatchObject({
      check: 'webhook-confirmation',
      subject: { kind: 'webhook', id: 'ses-events', region: 'us-east-1' },
      promise: 'webhooks.ses-events',
      verdict: 'fail',
      severity: 'warning',
      reason: 'forged',
      action: expect.stringContaining('sls invoke -f confirm-subscription -s local --data'),
    });
    expect(JSON.stringify(report)).not.toContain(JSON.parse(forged).Token);
  });

  it('refuses it by HTTP at once, and tells nobody else', async () => {
    const forged = await subscribe();
    expect(await handler(functionUrlEvent('POST', forged))).toMatchObject({
      statusCode: 403,
      body: expect.stringContaining('certificate-url-path'),
    });
    expect(await stage.drain(stage.queue)).toEqual([]);
    expect(await stage.reports()).toEqual([]);
    expect(await subscriptions()).toEqual(['PendingConfirmation']);
  });

  it('confirms with the token of a signed message, once and again', async () => {
    const body = signed(await subscribe());
    const { result, subscriptionArn } = await confirm(body);
    expect(result).toBe('confirmed');
    expect(await subscriptions()).toEqual([subscriptionArn]);
    const { Attributes } = await sns.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn }),
    );
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', Endpoint: receiver.url });

    expect(await confirm(body)).toMatchObject({ result: 'already-confirmed' });
    const verdicts = (await stage.reports()).map(({ data }) => [data.verdict, data.reason]);
    expect(verdicts).toEqual([
      ['pass', 'confirmed'],
      ['pass', 'already-confirmed'],
    ]);
  });

  it('takes a signed message by HTTP, and confirms it from its queue', async () => {
    const body = signed(await subscribe());
    const request = { method: 'POST', body, bytes: Buffer.byteLength(body) };
    expect(await acceptRequest(services, request)).toMatchObject({ statusCode: 202 });
    expect(await subscriptions()).toEqual(['PendingConfirmation']);
    const [message] = await stage.drain(stage.queue);
    expect(message?.Body).toBe(body);
    expect(await confirm(message?.Body ?? '')).toMatchObject({ result: 'confirmed' });
  });

  it('restores a subscription that somebody ended, and says so', async () => {
    const { subscriptionArn } = await confirm(signed(await subscribe()));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    const body = signed(await delivered('UnsubscribeConfirmation'));
    expect(await subscriptions()).toEqual([]);
    await stage.reports();

    const restored = { result: 'ended-and-restored', subscriptionArn };
    expect(await confirm(body)).toMatchObject(restored);
    expect(await subscriptions()).toEqual([subscriptionArn]);
    expect(await confirm(body)).toMatchObject(restored);
    const [report, again] = await stage.reports();
    expect(report?.data).toMatchObject({ verdict: 'fail', severity: 'critical' });
    expect(report?.data.checkedAt).toBe(JSON.parse(body).Timestamp);
    expect(again?.id).toBe(report?.id);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'after' }));
    expect(await delivered('Notification')).toContain('after');
  });

  it('does not believe a token that SNS does not know, and says so', async () => {
    const fields = { ...JSON.parse(await subscribe()), Token: 'f'.repeat(64) };
    await expect(confirm(signed(JSON.stringify(fields)))).rejects.toMatchObject({
      reason: 'token-invalid',
    });
    expect(await subscriptions()).toEqual(['PendingConfirmation']);
    const [report] = await stage.reports();
    expect(report?.data).toMatchObject({ verdict: 'fail', reason: 'token-invalid' });
  });

  it('takes no notifications, neither from SNS to SQS nor from SNS to HTTP', async () => {
    await confirm(signed(await subscribe()));
    await sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: stage.queue.arn }),
    );
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'a bounce' }));
    const byHttp = await delivered('Notification');
    expect(await handler(functionUrlEvent('POST', byHttp))).toMatchObject({
      statusCode: 400,
      body: expect.stringContaining('not-a-confirmation'),
    });
    const [message] = await until('a message', async () => {
      const messages = await stage.drain(stage.queue);
      return messages.length > 0 ? messages : undefined;
    });
    await handler(stage.queueEvent(message?.Body ?? ''));
    const [dead] = deadLetterReasons(await stage.drain(stage.deadLetters));
    expect(dead).toMatchObject({ reason: 'not-a-confirmation' });
  });

  it('harms no neighbour of a bad message', async () => {
    const other = JSON.parse(await subscribe());
    const foreign = JSON.stringify({ ...other, TopicArn: `${topicArn}-of-an-attacker` });
    const bodies = ['not JSON', '{}', '{"Type":"Notification"}', foreign, JSON.stringify(other)];
    expect(await handler(stage.queueEvent(...bodies))).toEqual({ batchItemFailures: [] });
    const reasons = deadLetterReasons(await stage.drain(stage.deadLetters)).map(
      (one) => one.reason,
    );
    expect(reasons.sort()).toEqual(
      ['certificate-url-path', 'foreign-topic', 'missing-message-id', 'not-json', 'not-sns'].sort(),
    );
  });

  it('looks again when a person asks, which closes the alert', async () => {
    const body = signed(await subscribe());
    expect(await handler({ webhook: 'ses-events' })).toEqual([
      { webhook: 'ses-events', subscription: 'pending' },
    ]);
    await confirm(body);
    await stage.reports();
    expect(await handler({})).toEqual([{ webhook: 'ses-events', subscription: 'confirmed' }]);
    expect((await stage.reports())[0]?.data).toMatchObject({ verdict: 'pass' });
    await expect(handler({ webhook: 'ses-event' })).rejects.toThrow('did you mean ses-events?');
  });
});
