import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ROOT } from '../../deploy/run-osls.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { type AlertReceiver, startAlertReceiver } from '../../local/alert-receiver.ts';
import { hearReports } from '../../local/demo/hear-reports.ts';
import { waitUntil } from '../../local/wait-until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../local/webhook-receiver.ts';
import { deployTestCloud, type TestCloud } from '../support/cloud.ts';

const run = promisify(execFile);

const DUMP = `--
-- PostgreSQL database dump
--

-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.4

CREATE TABLE public.campaigns (id integer);

--
-- PostgreSQL database dump complete
--

`;

const plan = (receiver: AlertReceiver, webhook: WebhookReceiver): string => `
plan: e2e
backups:
  database:
    kind: pg-dump
    location: s3://e2e-backups/db/full/
    schedule: daily 02:00 UTC
    encoding: [gzip]
  wal:
    kind: wal
    location: s3://e2e-backups/db/wal/
    fresh: { within: 20m, severity: warning }
webhooks:
  events:
    topic: arn:aws:sns:us-east-1:000000000000:e2e-events
    endpoint: ${webhook.url}
alerts:
  channels:
    slack: { webhook: "${receiver.slackWebhook}" }
  routes: { critical: [slack], warning: [slack] }
`;

const urlSchema = z.looseObject({ FunctionUrl: z.url() });

/** Where MiniStack answers for a function's URL, whose own host exists on AWS alone. */
const functionAddress = async ({ endpoint, functions }: TestCloud, name: string) => {
  const config = await fetch(`${endpoint}/2021-10-31/functions/${functions[name]}/url`);
  const { FunctionUrl } = urlSchema.parse(await config.json());
  const [id] = new URL(FunctionUrl).host.split('.');
  return `${endpoint}/_aws/lambda-url/${id}/`;
};

describe('a deployed plan', () => {
  let receiver: AlertReceiver;
  let webhook: WebhookReceiver;
  let cloud: TestCloud;
  let heard: Awaited<ReturnType<typeof hearReports>>;
  beforeAll(async () => {
    receiver = await startAlertReceiver();
    webhook = await startWebhookReceiver();
    cloud = await deployTestCloud(plan(receiver, webhook));
    heard = await hearReports(cloud.clients, cloud.factsTopicArn);
  });
  afterAll(async () => {
    await cloud?.stop();
    await receiver?.close();
    await webhook?.close();
  });

  const put = (key: string, body: Buffer) =>
    cloud.clients.s3.send(new PutObjectCommand({ Bucket: 'e2e-backups', Key: key, Body: body }));

  const reported = (check: string, id: string, seconds = 30): Promise<CheckReport> =>
    waitUntil(
      async () => {
        await heard.listen();
        return heard.reports().find((one) => one.check === check && one.subject.id === id);
      },
      { deadlineMs: seconds * 1_000, everyMs: 250, what: `${check} about ${id}` },
    );

  it('says where everything is', async () => {
    const written: unknown = JSON.parse(await readFile(join(cloud.dir, 'cloud.json'), 'utf8'));
    expect(written).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      rdsEndpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: 'us-east-1',
      factsTopicArn: 'arn:aws:sns:us-east-1:000000000000:lifeboat-local-facts',
      buckets: ['e2e-backups'],
      functions: {
        'verify-backup': 'lifeboat-local-verify-backup',
        'check-backups': 'lifeboat-local-check-backups',
        'check-wal': 'lifeboat-local-check-wal',
        'confirm-subscription': 'lifeboat-local-confirm-subscription',
        'route-alerts': 'lifeboat-local-route-alerts',
        'deliver-alert': 'lifeboat-local-deliver-alert',
      },
    });
  });

  it('reads an object that arrives, whatever its name', async () => {
    await put('db/full/Sicherung 1+1 für März.sql.gz', gzipSync(DUMP));
    const id = 's3://e2e-backups/db/full/Sicherung 1+1 für März.sql.gz';
    expect(await reported('backup-integrity', id)).toMatchObject({ verdict: 'pass' });
  });

  it('tells Slack about one that is cut off', async () => {
    const whole = gzipSync(DUMP);
    await put('db/full/cut-off.sql.gz', whole.subarray(0, whole.length - 20));
    const id = 's3://e2e-backups/db/full/cut-off.sql.gz';
    expect(await reported('backup-integrity', id)).toMatchObject({ verdict: 'fail' });
    const told = await waitUntil(
      async () => receiver.received.find(({ text }) => text.includes('cut-off.sql.gz')),
      { deadlineMs: 30_000, what: 'an alert at Slack' },
    );
    expect(told).toMatchObject({ kind: 'slack', status: 200 });
  });

  it('reads what EventBridge announces, as on AWS', async () => {
    const bucket = 'e2e-backups';
    const key = 'db/full/über EventBridge 1+1.sql.gz';
    const { s3 } = cloud.clients;
    const known = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
    const notify = (NotificationConfiguration: NotificationConfiguration) =>
      s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: bucket,
          NotificationConfiguration,
        }),
      );
    // What the README asks of a bucket's owner, and nothing else: the rule of the deploy must do.
    await notify({ EventBridgeConfiguration: {} });
    await put(key, gzipSync(DUMP));
    await notify({ QueueConfigurations: known.QueueConfigurations });
    // Sooner than check-backups would send what nobody announced.
    expect(await reported('backup-integrity', `s3://${bucket}/${key}`, 15)).toMatchObject({
      verdict: 'pass',
    });
  });

  it('refuses a confirmation that SNS did not sign, from its address and from its queue', async () => {
    const { sns, sqs } = cloud.clients;
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'e2e-events' }));
    const subscribe = { TopicArn, Protocol: 'http', Endpoint: webhook.url };
    await sns.send(new SubscribeCommand(subscribe));
    // The emulator's signatures are fake.
    const forged = await waitUntil(async () => webhook.received[0]?.text, {
      deadlineMs: 20_000,
      what: 'a SubscriptionConfirmation',
    });

    const answer = await fetch(await functionAddress(cloud, 'confirm-subscription'), {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
      body: forged,
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ reason: 'certificate-url-path' });

    const QueueUrl = cloud.queues['confirm-subscription'];
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: forged }));
    expect(await reported('webhook-confirmation', 'events')).toMatchObject({
      verdict: 'fail',
      reason: 'forged',
    });
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation' }]);
  });

  it('looks after the dead letters of its own functions and channels', async () => {
    const seen = await reported('own-dead-letters', 'local', 90);
    const queues = ['verify-backup', 'route-alerts', 'confirm-subscription', 'deliver-slack'];
    for (const queue of queues) {
      expect(seen.observed).toHaveProperty(
        `lifeboat-local-${queue}-dead-letters`,
        expect.any(Number),
      );
    }
  });

  it('answers sls invoke', async () => {
    const key = 'db/full/by hand.sql.gz';
    await put(key, gzipSync(DUMP));
    const data = JSON.stringify({ bucket: 'e2e-backups', key });
    const { stdout } = await run(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js'),
        ...['invoke', '--stage', 'local', '--function', 'verify-backup', '--data', data],
      ],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: cloud.endpoint,
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_REGION: cloud.region,
        },
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ report: { verdict: 'pass', reason: 'verified' } });
  });

  it('looks by itself, by schedule, without an event or a call', async () => {
    const [wal, dump] = await Promise.all([
      reported('wal-continuity', 'wal', 150),
      reported('backup-freshness', 'database', 150),
    ]);
    expect(wal.verdict).toBe('unknown');
    expect(dump.verdict).toBe('pass');
  });
});
