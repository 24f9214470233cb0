import { randomUUID } from 'node:crypto';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  PublishCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { localClients } from '../../local/clients.ts';
import { anyFreePort } from '../../local/free-port.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/start-emulators.ts';
import { waitUntil } from '../../local/wait-until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../local/webhook-receiver.ts';
import { type AwsProxy, type Fault, startAwsProxy } from '../support/aws-proxy.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';

const endpoint = inject('endpoint');
const { sns, sqs, ssm } = localClients(endpoint);
const cloudWatch = new CloudWatchClient({
  endpoint,
  region: LOCAL_REGION,
  credentials: LOCAL_CREDENTIALS,
});
const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const WAIT = { deadlineMs: 20_000, everyMs: 50 };

/** How SQS and CloudWatch say that something went wrong. */
const jsonFault = (status: number, code: string): Fault => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws#${code}`, message: 'planted' }),
});

describe('check-dead-letters', () => {
  let stage: FunctionStage;
  let receiver: WebhookReceiver;
  let proxy: AwsProxy;
  let topic = '';
  let name = '';
  let queue = '';
  let own = '';
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  const load = async (letters?: string): Promise<void> => {
    const deadLetters =
      letters ?? `dead-letters: { queue: "${queue}", alarm-above: 2, alarm-older-than: 15m }`;
    const text = `plan: test\nwebhooks: { events: { topic: "${topic}", endpoint: "${receiver.url}", ${deadLetters} } }`;
    stage = await prepareFunction('check-dead-letters', text);
    const more = {
      AWS_ENDPOINT_URL_SQS: proxy.url,
      AWS_ENDPOINT_URL_CLOUDWATCH: proxy.url,
      OWN_DEAD_LETTERS: own,
    };
    for (const [variable, value] of Object.entries({ ...stage.environment, ...more })) {
      vi.stubEnv(variable, value);
    }
    vi.resetModules();
    ({ handler } = await import('../../functions/check-dead-letters/handler.ts'));
  };
  const check = async (event: unknown = SCHEDULED) => {
    await handler(event, lambdaContext());
    const reports = (await stage.reports()).map(({ data }) => data);
    const of = (wanted: string): CheckReport => {
      const [report, ...more] = reports.filter((one) => one.check === wanted);
      if (report === undefined || more.length > 0) throw new Error(`${wanted}: not one report`);
      return report;
    };
    return {
      reports,
      depth: () => of('dead-letters-depth'),
      age: () => of('dead-letters-age'),
      redrive: () => of('dead-letters-redrive'),
    };
  };
  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
  const depth = async (): Promise<number> => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['All'] }),
    );
    return (
      Number(Attributes?.ApproximateNumberOfMessages) +
      Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
    );
  };
  const receives = () =>
    proxy.requests.filter(({ operation }) => operation === 'ReceiveMessage').length;
  const old = (minutes: number): string =>
    JSON.stringify({
      Type: 'Notification',
      MessageId: randomUUID(),
      TopicArn: topic,
      Message: '{}',
      Timestamp: new Date(Date.now() - minutes * 60_000).toISOString(),
    });

  beforeEach(async () => {
    name = `letters-${randomUUID().slice(0, 8)}`;
    topic = (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn ?? '';
    const arn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
    const Policy = JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': topic } },
        },
      ],
    });
    const Attributes = { Policy, MessageRetentionPeriod: '1209600' };
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    queue = `${endpoint}/000000000000/${name}`;
    own = '';
    receiver = await startWebhookReceiver();
    proxy = await startAwsProxy(endpoint);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await receiver.close();
    await proxy.close();
  });

  it('looks after the dead letters of Lifeboat itself, and receives none', async () => {
    const alerts = `lifeboat-local-deliver-${name}-dead-letters`;
    const others = `lifeboat-local-verify-backup-${name}-dead-letters`;
    own = `${others} ${alerts}`;
    for (const QueueName of [alerts, others]) await sqs.send(new CreateQueueCommand({ QueueName }));
    await load();
    const look = async (event: unknown = SCHEDULED) =>
      (await check(event)).reports.filter((one) => one.check === 'own-dead-letters');
    const put = (to: string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: `${endpoint}/000000000000/${to}`,
          MessageBody: 'what was to be processed',
        }),
      );
    expect(await look()).toMatchObject([
      {
        subject: { kind: 'stage', id: 'local', region: 'us-east-1' },
        verdict: 'pass',
        reason: 'empty',
      },
    ]);
    await put(others);
    const [warned] = await look();
    expect(warned).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'set-aside' });
    expect(warned?.summary).toContain(`1 message lies in ${others}`);
    await put(alerts);
    expect(await look()).toMatchObject([
      { verdict: 'fail', severity: 'critical', reason: 'alerts-undelivered' },
    ]);
    expect(await look({ webhook: 'events' })).toEqual([]);
    expect(receives()).toBe(0);
  });

  it('does not know where a queue of Lifeboat itself is not there', async () => {
    own = `lifeboat-local-no-such-${name}-dead-letters`;
    await load();
    const { reports } = await check();
    expect(reports.find((one) => one.check === 'own-dead-letters')).toMatchObject({
      verdict: 'unknown',
      reason: 'not-found',
      action: expect.stringContaining('read the attributes'),
    });
  });

  it('passes an empty queue that the topic may send to, whoever starts it', async () => {
    await load();
    for (const event of [SCHEDULED, {}, null, { webhook: 'events' }]) {
      const { reports } = await check(event);
      expect(reports.map(({ check, verdict, reason }) => [check, verdict, reason])).toEqual([
        ['dead-letters-depth', 'pass', 'empty'],
        ['dead-letters-age', 'pass', 'empty'],
        ['dead-letters-redrive', 'pass', 'kept'],
      ]);
      expect(reports[0]).toMatchObject({
        subject: { kind: 'webhook', id: 'events', region: 'us-east-1' },
        promise: 'webhooks.events.dead-letters',
      });
    }
    expect(receives()).toBe(0);
  });

  it('counts what a dead endpoint missed, sees how old it is, and takes nothing away', async () => {
    await load();
    await sns.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: 'http',
        Endpoint: receiver.url,
        Attributes: {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
          }),
        },
      }),
    );
    const Token = await waitUntil(
      async () => receiver.messages('SubscriptionConfirmation')[0]?.Token,
      { ...WAIT, what: 'a confirmation request' },
    );
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token }));
    receiver.answerWith(503);
    for (const Message of ['a', 'b', 'c'])
      await sns.send(new PublishCommand({ TopicArn: topic, Message }));
    await waitUntil(async () => ((await depth()) === 3 ? true : undefined), {
      ...WAIT,
      what: 'three dead letters',
    });

    const first = await check();
    expect(first.depth()).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'above',
      action: expect.stringContaining(
        `sls invoke -f replay-dead-letters -s local -d '{"webhook":"events"}'`,
      ),
      measurements: [{ name: 'dead-letters', value: 3, unit: 'messages' }],
    });
    expect(first.age()).toMatchObject({
      verdict: 'pass',
      reason: 'young',
      observed: { withoutEnvelope: 0 },
    });
    expect(await depth()).toBe(3);
    // Seen once, they are not received again.
    const asked = receives();
    expect((await check()).age()).toMatchObject({ verdict: 'pass' });
    expect(receives()).toBe(asked);
  });

  it('goes by the time in the envelope', async () => {
    await load();
    await send(old(16));
    await send('raw text');
    const { age, depth: count } = await check();
    expect(age()).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'old',
      observed: { withoutEnvelope: 1 },
    });
    expect(age().summary).toContain('published 16m ago');
    expect(count()).toMatchObject({ verdict: 'pass', reason: 'within' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['JSON of somebody else', '{"eventType":"Bounce"}'],
    ['no MessageId', '{"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:000000000000:t"}'],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('a body that is %s is as old as its stay in the queue, within an hour', async (_, body) => {
    await load();
    await send(body);
    const judged = (await check()).age();
    expect(judged).toMatchObject({
      verdict: 'unknown',
      reason: 'not-all-seen',
      observed: { withoutEnvelope: 1 },
    });
  });

  it('knows that a queue which was empty twice has nothing old in it, without a receive', async () => {
    await load(`dead-letters: { queue: "${queue}", alarm-above: 9, alarm-older-than: 2h }`);
    await check();
    await check();
    await send(old(1));
    expect((await check()).age()).toMatchObject({ verdict: 'pass', reason: 'young' });
    expect(receives()).toBe(0);
  });

  it('receives nothing from a queue that moves messages on', async () => {
    await load();
    await sqs.send(new CreateQueueCommand({ QueueName: `${name}-next` }));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}-next`,
      maxReceiveCount: 1,
    });
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { RedrivePolicy } }),
    );
    await send(old(60));
    expect((await check()).age()).toMatchObject({ verdict: 'unknown', reason: 'would-move' });
    expect(receives()).toBe(0);
  });

  it('of two runs at once lets one receive, and without a memory none', async () => {
    await load();
    await send(old(1));
    await Promise.all([1, 2, 3].map(() => handler(SCHEDULED, lambdaContext())));
    expect(receives()).toBe(1);
    vi.stubEnv('LEDGER_BUCKET', 'no-such-bucket');
    vi.resetModules();
    ({ handler } = await import('../../functions/check-dead-letters/handler.ts'));
    await stage.reports();
    expect((await check()).age()).toMatchObject({ verdict: 'unknown' });
    expect(receives()).toBe(1);
  });

  it('says when the queue deletes what waits', async () => {
    await load();
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: queue,
        Attributes: { MessageRetentionPeriod: '43200' },
      }),
    );
    await send(old(1));
    const { age } = await check();
    expect(age()).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'expiring' });
    expect(age().action).toContain('MessageRetentionPeriod=1209600');
  });

  it('finds a queue that the topic may not send to', async () => {
    await load();
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { Policy: '' } }));
    expect((await check()).redrive()).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'queue-refuses-topic',
    });
  });

  const plantLoss = (MetricName: string, Value: number) =>
    cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/SNS',
        MetricData: [
          {
            MetricName,
            Value,
            Timestamp: new Date(Date.now() - 60_000),
            Unit: 'Count',
            Dimensions: [{ Name: 'TopicName', Value: name }],
          },
        ],
      }),
    );

  it('finds messages that are lost for good', async () => {
    await load();
    await plantLoss('NumberOfNotificationsFailedToRedriveToDlq', 2);
    await plantLoss('NumberOfNotificationsFailed', 7);
    const { redrive } = await check();
    expect(redrive()).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'lost' });
    expect(redrive().summary).toContain('2 messages are lost for good');
  });

  it('tells of a webhook without any dead-letter queue, and what it lost', async () => {
    await load('heal: false');
    const before = await check();
    expect(before.reports).toHaveLength(1);
    expect(before.redrive()).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'no-dead-letters',
    });
    await plantLoss('NumberOfNotificationsFailed', 7);
    expect((await check()).redrive()).toMatchObject({ severity: 'critical', reason: 'lost' });
  });

  it.each([
    ['GetQueueAttributes', jsonFault(403, 'AccessDeniedException'), 'access-denied'],
    ['GetQueueAttributes', jsonFault(400, 'QueueDoesNotExist'), 'not-found'],
    ['GetQueueAttributes', jsonFault(200, 'x'), 'unexpected-error'],
    ['GetQueueAttributes', 'hang', 'timeout'],
  ] as const)(
    'knows nothing of a queue where %s answers %j',
    { timeout: 40_000 },
    async (operation, fault, reason) => {
      await load();
      proxy.fail(operation, fault);
      const { depth: count, age, redrive } = await check();
      for (const report of [count(), age(), redrive()]) {
        expect(report).toMatchObject({ verdict: 'unknown', reason });
      }
    },
  );

  it('asks the receiver for duplicates where the plan says how, and loses no other check by it', async () => {
    const port = await anyFreePort();
    const Value = `postgres://u:hunter2@127.0.0.1:${port}/receiver`;
    const Name = `/${name}/receiver`;
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
    const query = 'SELECT id FROM events GROUP BY id HAVING count(*) > 1';
    for (const [place, reason] of [
      [Name, 'no-connection'],
      [`${Name}-not`, 'secret-unreadable'],
    ]) {
      await load(
        `dead-letters: { queue: "${queue}" }, duplicates: { database: "\${ssm:${place}}", query: "${query}" }`,
      );
      const { reports } = await check();
      expect(reports.map(({ check, verdict }) => [check, verdict])).toEqual([
        ['dead-letters-depth', 'pass'],
        ['dead-letters-age', 'pass'],
        ['dead-letters-redrive', 'pass'],
        ['webhook-duplicates', 'unknown'],
      ]);
      expect(reports[3]).toMatchObject({ reason, promise: 'webhooks.events.duplicates' });
      expect(JSON.stringify(reports)).not.toContain('hunter2');
    }
  });

  it('does not know of losses where CloudWatch does not answer', { timeout: 40_000 }, async () => {
    await load();
    proxy.fail('GetMetricStatistics', 'hang');
    const { depth: count, redrive } = await check();
    expect(redrive()).toMatchObject({ verdict: 'unknown', reason: 'timeout' });
    expect(count()).toMatchObject({ verdict: 'pass' });
  });

  it('does not know how old messages are where it may not receive them', async () => {
    await load();
    await send(old(60));
    proxy.fail('ReceiveMessage', jsonFault(403, 'AccessDeniedException'));
    const { age, depth: count } = await check();
    expect(age()).toMatchObject({ verdict: 'unknown', reason: 'access-denied' });
    expect(count()).toMatchObject({ verdict: 'pass', reason: 'within' });
    proxy.heal();
    expect((await check()).age()).toMatchObject({ verdict: 'fail', reason: 'old' });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
    expect((await check()).age()).toMatchObject({ verdict: 'pass', reason: 'empty' });
  });

  it.each([{ webhook: 'event' }, { webhok: 'events' }, 7])('refuses %j', async (payload) => {
    await load();
    await expect(handler(payload, lambdaContext())).rejects.toThrow(/webho|must be an object/);
  });
});
