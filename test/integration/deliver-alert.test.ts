import { setTimeout } from 'node:timers/promises';
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertDeliveryRequest } from '../../events/alert-delivery-requested/v1.ts';
import { createDeliveryLedger } from '../../functions/deliver-alert/delivery-ledger.ts';
import { type AlertReceiver, startAlertReceiver } from '../../local/alert-receiver.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/start-emulators.ts';
import { makeRequest } from '../support/alert-requests.ts';
import {
  type AlertStage,
  deadLetterReasons,
  prepareAlertFunction,
} from '../support/alert-stage.ts';
import { describeDeliveryLedger } from '../support/delivery-ledger-suite.ts';

const ROUTING_KEY = 'r0ut1ngkey0123456789abcdef012345';
const SIGNING_KEY = 'the key of the signature';
const INCIDENT = 'lifeboat/8e2b7c41d05a9f36/20260302T031500000Z';
const FROM = 'lifeboat@example.com';

const planFor = ({ slackWebhook, pagerdutyUrl, webhookUrl }: AlertReceiver): string => `
plan: mailblast
alerts:
  channels:
    mail: [ops@example.com]
    letters: { to: [ops@example.com], from: ${FROM} }
    slack: { webhook: "\${ssm:/lifeboat/slack}" }
    pagerduty: { routing-key: "\${ssm:/lifeboat/pagerduty}", url: ${pagerdutyUrl} }
    hook: { url: ${webhookUrl}, secret: "\${ssm:/lifeboat/signing}" }
    plain: { kind: slack, webhook: ${slackWebhook} }
    elsewhere: { kind: slack, webhook: "\${ssm:/lifeboat/elsewhere}" }
    nowhere: { kind: slack, webhook: "\${ssm:/lifeboat/no-such-parameter}" }
    status: { page: p, token: "\${ssm:/lifeboat/status}" }
`;

const CHANNELS = ['mail', 'letters', 'slack', 'pagerduty', 'hook', 'plain', 'elsewhere', 'nowhere'];

const command = (
  channel: string,
  minute: number,
  action: AlertDeliveryRequest['action'],
  changes: Partial<AlertDeliveryRequest> = {},
): string =>
  JSON.stringify(
    makeRequest({
      deliveryId: `8e2b7c41d05a9f36/${minute}/${action}/${channel}`,
      channel,
      action,
      incident: INCIDENT,
      dedupKey: INCIDENT,
      closes: action === 'resolve' ? [INCIDENT] : [],
      observedAt: new Date(Date.UTC(2026, 2, 2, 3, minute)).toISOString(),
      ...changes,
    }),
  );

describe('deliver-alert', () => {
  let receiver: AlertReceiver;
  let stage: AlertStage;
  let environment: Record<string, string>;
  let queues: Record<string, Awaited<ReturnType<AlertStage['createChannelQueue']>>>;
  let invoke: (event: unknown) => Promise<unknown>;

  const load = (changes: Record<string, string> = {}) =>
    stage.load(() => import('../../functions/deliver-alert/handler.ts'), {
      ...environment,
      ...changes,
    });
  const putParameter = (Name: string, Value: string) =>
    new SSMClient({
      endpoint: stage.endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    }).send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  const queueOf = (channel: string) => {
    const pair = queues[channel];
    if (pair === undefined) throw new Error(`no queue for ${channel}`);
    return pair;
  };
  const deliver = (channel: string, body: string, receives = 1) =>
    invoke(stage.eventFrom(queueOf(channel).queue.arn, { body, receives }));
  const deadLetters = async (channel: string) =>
    deadLetterReasons(await stage.drain(queueOf(channel).deadLetters));
  const done = { batchItemFailures: [] };
  const again = { batchItemFailures: [{ itemIdentifier: 'message-0' }] };

  beforeAll(async () => {
    receiver = await startAlertReceiver({ webhookSecret: SIGNING_KEY });
    stage = await prepareAlertFunction('deliver-alert', planFor(receiver), 'incident');
    await putParameter('/lifeboat/slack', receiver.slackWebhook);
    await putParameter('/lifeboat/pagerduty', ROUTING_KEY);
    await putParameter('/lifeboat/signing', SIGNING_KEY);
    await putParameter('/lifeboat/elsewhere', 'http://192.0.2.1/services/secret-path');
  });
  beforeEach(async () => {
    receiver.received.length = 0;
    stage = await prepareAlertFunction('deliver-alert', planFor(receiver), 'incident');
    const pairs = CHANNELS.map(async (channel) => {
      const attributes = { VisibilityTimeout: '1' };
      return [channel, await stage.createChannelQueue(channel, attributes)] as const;
    });
    queues = Object.fromEntries(await Promise.all(pairs));
    const { TopicArn = '' } = await stage.clients.sns.send(
      new CreateTopicCommand({ Name: `${stage.queuePrefix}mail` }),
    );
    environment = {
      ...stage.environment,
      DELIVERIES_TABLE: stage.table,
      CHANNEL_QUEUE_PREFIX: stage.queuePrefix,
      EMAIL_TOPIC_ARN_PREFIX: TopicArn.slice(0, -'mail'.length),
    };
    invoke = await load();
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => receiver.close());

  it.each(['slack', 'pagerduty', 'hook', 'plain'])('tells %s, once', async (channel) => {
    expect(await deliver(channel, command(channel, 15, 'open'))).toEqual(done);
    expect(await deliver(channel, command(channel, 15, 'open'))).toEqual(done);
    expect(receiver.received.map(({ problem }) => problem)).toEqual([undefined]);
  });

  it('tells once, though both copies of a message are worked on at the same time', async () => {
    const results = await Promise.all(
      [1, 2].map(() => deliver('slack', command('slack', 15, 'open'))),
    );
    expect(receiver.received).toHaveLength(1);
    // The copy that found the other at work comes back later, and is dropped then.
    expect(results).toContainEqual(done);
  });

  it('opens, escalates and closes an incident at PagerDuty', async () => {
    await deliver('pagerduty', command('pagerduty', 15, 'open'));
    const critical = `${INCIDENT}/1`;
    await deliver('pagerduty', command('pagerduty', 20, 'escalate', { dedupKey: critical }));
    expect(receiver.openIncidents()).toEqual([INCIDENT, critical]);
    const closes = [INCIDENT, critical];
    await deliver('pagerduty', command('pagerduty', 25, 'resolve', { dedupKey: critical, closes }));
    expect(receiver.openIncidents()).toEqual([]);
  });

  it('does not open an incident again that is over', async () => {
    await deliver('pagerduty', command('pagerduty', 15, 'open'));
    await deliver('pagerduty', command('pagerduty', 25, 'resolve'));
    expect(await deliver('pagerduty', command('pagerduty', 20, 'repeat'))).toEqual(done);
    expect(receiver.openIncidents()).toEqual([]);
  });

  it('keeps a resolve back until its opening was told', async () => {
    expect(await deliver('slack', command('slack', 25, 'resolve'))).toEqual(again);
    expect(receiver.received).toEqual([]);
    await deliver('slack', command('slack', 15, 'open'));
    expect(await deliver('slack', command('slack', 25, 'resolve'), 2)).toEqual(done);
    expect(receiver.received).toHaveLength(2);
  });

  it('sends mail through an SNS topic', async () => {
    const inbox = await stage.createChannelQueue('inbox');
    await stage.clients.sns.send(
      new SubscribeCommand({
        TopicArn: `${environment.EMAIL_TOPIC_ARN_PREFIX}mail`,
        Protocol: 'sqs',
        Endpoint: inbox.queue.arn,
      }),
    );
    const title = 'mailblast: café\r\nBcc: all@example.com 🔥';
    expect(await deliver('mail', command('mail', 15, 'open', { title }))).toEqual(done);
    const [mail] = await stage.drain(inbox.queue);
    expect(JSON.parse(mail?.Body ?? '')).toMatchObject({
      Subject: '[CRITICAL] mailblast: cafe Bcc: all@example.com ?',
      Message: expect.stringContaining('the newest segment is 31m old'),
    });
  });

  it('sends mail through SES', async () => {
    const ses = new SESClient({
      endpoint: stage.endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: FROM }));
    expect(await deliver('letters', command('letters', 15, 'open'))).toEqual(done);
    const answer = await fetch(`${stage.endpoint}/_ministack/ses/messages`);
    expect(JSON.stringify(await answer.json())).toContain('[CRITICAL] mailblast: wal');
  });

  it('sets aside what the receiver refuses, with its word and without the address', async () => {
    receiver.script({ status: 404, body: 'no_service' });
    expect(await deliver('slack', command('slack', 15, 'open'))).toEqual(done);
    expect(await deadLetters('slack')).toEqual([
      {
        reason: 'delivery-refused',
        detail: 'UnprocessableMessageError: slack: answered 404: no_service',
      },
    ]);
  });

  it.each([500, 429])('leaves it to the queue to wait after %i', async (status) => {
    const { queue } = queueOf('slack');
    const { sqs } = stage.clients;
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: command('slack', 15, 'open'),
      }),
    );
    const receive = async () =>
      (await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url }))).Messages ?? [];
    const [message] = await receive();
    receiver.script({ status, headers: { 'retry-after': '30' } });
    const event = stage.eventFrom(queue.arn, {
      body: message?.Body ?? '',
      receiptHandle: message?.ReceiptHandle,
    });
    expect(await invoke(event)).toEqual(again);
    // Without a longer wait it would be visible again after one second.
    await setTimeout(1_500);
    expect(await receive()).toEqual([]);
    expect(await deadLetters('slack')).toEqual([]);
  });

  it('sets a message aside after its last receive', async () => {
    receiver.script('reset', 'reset');
    expect(await deliver('slack', command('slack', 15, 'open'), 11)).toEqual(again);
    expect(await deadLetters('slack')).toEqual([]);
    expect(await deliver('slack', command('slack', 15, 'open'), 12)).toEqual(done);
    const [letter] = await deadLetters('slack');
    expect(letter?.reason).toBe('retries-exhausted');
    expect(letter?.detail).toMatch(/slack: no answer \(/);
  });

  it.each([
    ['not-json', 'slack', '{'],
    ['invalid-shape', 'slack', '{"specversion":"1.0"}'],
    ['wrong-queue', 'slack', command('pagerduty', 15, 'open')],
  ])('sets aside what is %s', async (reason, channel, body) => {
    expect(await deliver(channel, body)).toEqual(done);
    expect((await deadLetters(channel))[0]?.reason).toBe(reason);
    expect(receiver.received).toEqual([]);
  });

  it('sets aside what is for a channel that alerts do not go to', async () => {
    queues.status = await stage.createChannelQueue('status');
    await deliver('status', command('status', 15, 'open'));
    expect(await deadLetters('status')).toEqual([
      {
        reason: 'unknown-channel',
        detail: expect.stringContaining('it has: mail, letters, slack'),
      },
    ]);
  });

  it('calls no address that is not https, also where it comes from a parameter', async () => {
    await deliver('elsewhere', command('elsewhere', 15, 'open'));
    const [letter] = await deadLetters('elsewhere');
    expect(letter?.reason).toBe('delivery-refused');
    expect(letter?.detail).not.toMatch(/192\.0\.2\.1|secret-path/);

    invoke = await load({ STAGE: 'prod' });
    await deliver('slack', command('slack', 15, 'open'));
    expect((await deadLetters('slack'))[0]?.detail).toContain('the address is not https');
    expect(receiver.received).toEqual([]);
  });

  it('waits for a secret that is not there, and names its place', async () => {
    expect(await deliver('nowhere', command('nowhere', 15, 'open'))).toEqual(again);
    await deliver('nowhere', command('nowhere', 15, 'open'), 12);
    expect((await deadLetters('nowhere'))[0]?.detail).toContain('ssm:/lifeboat/no-such-parameter');
  });

  it('says when a routing key was changed while an incident was open', async () => {
    await deliver('pagerduty', command('pagerduty', 15, 'open'));
    await putParameter('/lifeboat/pagerduty', ROUTING_KEY.toUpperCase());
    // A new start, since secrets are kept in memory for a while.
    invoke = await load();
    await deliver('pagerduty', command('pagerduty', 25, 'resolve'));
    await putParameter('/lifeboat/pagerduty', ROUTING_KEY);
    const [letter] = await deadLetters('pagerduty');
    expect(letter?.reason).toBe('opened-with-another-key');
    expect(letter?.detail).toContain(INCIDENT);
    expect(letter?.detail?.toLowerCase()).not.toContain(ROUTING_KEY);
  });

  it('keeps no secret in its table, and lets what it keeps expire after thirty days', async () => {
    await deliver('pagerduty', command('pagerduty', 15, 'open'));
    await deliver('slack', command('slack', 15, 'open'));
    const items = await stage.items();
    expect(items.map(({ incident }) => incident?.S).sort()).toEqual([
      `pagerduty/${INCIDENT}`,
      `slack/${INCIDENT}`,
    ]);
    const text = JSON.stringify(items);
    expect(text).not.toContain(ROUTING_KEY);
    expect(text).not.toContain('/services/');
    const days = items.map(({ expiresAt }) => (Number(expiresAt?.N) - Date.now() / 1_000) / 86_400);
    for (const day of days) expect(day).toBeCloseTo(30, 2);
  });

  it('tells a channel that a person tries out, and answers what came of it', async () => {
    const payload: unknown = JSON.parse(command('slack', 15, 'open'));
    expect(await invoke(payload)).toMatchObject({ result: 'delivered' });
    expect(await invoke(payload)).toMatchObject({ result: 'dropped', reason: 'already-told' });
    await expect(invoke({ channel: 'slack' })).rejects.toThrow('specversion');
  });

  it('is told again after a crash that came before it was written down', async () => {
    await stage.putItem({
      incident: { S: `slack/${INCIDENT}` },
      claimedBy: { S: 'an invocation that died' },
      claimedUntil: { N: String(Math.floor(Date.now() / 1_000) + 30) },
    });
    expect(await deliver('slack', command('slack', 15, 'open'))).toEqual(again);
    await stage.putItem({
      incident: { S: `slack/${INCIDENT}` },
      claimedBy: { S: 'an invocation that died' },
      claimedUntil: { N: String(Math.floor(Date.now() / 1_000) - 1) },
    });
    expect(await deliver('slack', command('slack', 15, 'open'))).toEqual(done);
    expect(receiver.received).toHaveLength(1);
  });
});

describeDeliveryLedger('the ledger in DynamoDB', async () => {
  const { clients, table } = await prepareAlertFunction(
    'deliver-alert',
    'plan: mailblast',
    'incident',
  );
  return createDeliveryLedger(clients.dynamodb, table);
});
