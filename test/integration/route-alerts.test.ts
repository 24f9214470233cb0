import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AlertDeliveryRequested,
  alertDeliveryRequestedSchema,
} from '../../events/alert-delivery-requested/v1.ts';
import couldNotLook from '../../events/check-reported/v1.samples/could-not-look.json' with {
  type: 'json',
};
import gap from '../../events/check-reported/v1.samples/wal-gap.json' with { type: 'json' };
import {
  type AlertStage,
  deadLetterReasons,
  prepareAlertFunction,
} from '../support/alert-stage.ts';

const PLAN = `
plan: mailblast
alerts:
  channels:
    email: [ops@example.com]
    slack: { webhook: "\${ssm:/slack}" }
    pagerduty: { routing-key: "\${ssm:/pagerduty}" }
  routes: { critical: [email, slack, pagerduty], warning: [email, slack] }
`;

const CHANNELS = ['email', 'slack', 'pagerduty'];

let events = 0;

type Report = Partial<Record<keyof typeof gap.data, unknown>>;

const report = (minutesAgo: number, data: Report = {}): string => {
  events += 1;
  const checkedAt = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return JSON.stringify({
    ...gap,
    id: `event-${events}`,
    data: { ...gap.data, checkedAt, ...data },
  });
};

const healthy = (minutesAgo: number): string =>
  report(minutesAgo, { verdict: 'pass', severity: undefined, summary: 'wal: no segment missing' });

describe('route-alerts', () => {
  let stage: AlertStage;
  let queues: Record<string, { url: string }>;
  let invoke: (event: unknown) => Promise<unknown>;

  const route = (...bodies: string[]) =>
    invoke(stage.eventFrom(stage.queue.arn, ...bodies.map((body) => ({ body }))));

  /** Everything that the channels were asked to deliver since the last call. */
  const commands = async (): Promise<AlertDeliveryRequested[]> => {
    const messages = await Promise.all(Object.values(queues).map(stage.drain));
    return messages
      .flat()
      .map(({ Body = '' }) => alertDeliveryRequestedSchema.parse(JSON.parse(Body)));
  };
  const told = async () =>
    (await commands()).map(({ data }) => `${data.channel}:${data.action}`).sort();

  const createQueues = async (channels: string[]): Promise<void> => {
    for (const channel of channels) {
      queues[channel] = (await stage.createChannelQueue(channel)).queue;
    }
  };

  beforeEach(async () => {
    stage = await prepareAlertFunction('route-alerts', PLAN, 'alertId');
    queues = {};
    invoke = await stage.load(() => import('../../functions/route-alerts/handler.ts'), {
      ...stage.environment,
      ALERTS_TABLE: stage.table,
      CHANNEL_QUEUE_PREFIX: stage.queuePrefix,
    });
  });
  afterEach(() => vi.unstubAllEnvs());

  it('asks every channel of the route to open an alert, and to close it', async () => {
    await createQueues(CHANNELS);
    expect(await route(report(5))).toEqual({ batchItemFailures: [] });
    const opened = await commands();
    expect(opened.map(({ data }) => data.channel).sort()).toEqual(['email', 'pagerduty', 'slack']);
    expect(opened[0]).toMatchObject({
      source: '/lifeboat/local/route-alerts',
      plan: 'mailblast',
      plandigest: stage.plan.digest,
      correlationid: gap.correlationid,
      data: {
        action: 'open',
        severity: 'critical',
        summary: gap.data.summary,
        recommendation: gap.data.action,
        links: [{ text: 's3://backups/mailblast/db/wal/' }],
      },
    });

    await route(healthy(4));
    const closed = await commands();
    expect(closed.map(({ data }) => data.action)).toEqual(['resolve', 'resolve', 'resolve']);
    expect(closed.map(({ data }) => data.dedupKey)).toEqual(
      opened.map(({ data }) => data.dedupKey),
    );
  });

  it('tells nobody of what is healthy, and of what could not be looked at only once', async () => {
    await createQueues(CHANNELS);
    await route(healthy(5), JSON.stringify(couldNotLook));
    expect(await told()).toEqual([]);
  });

  it('keeps an alert that is open, and lets one that is over expire after thirty days', async () => {
    await createQueues(CHANNELS);
    await route(report(5));
    const [open] = await stage.items();
    expect(open).toMatchObject({ standing: { S: 'critical' } });
    expect(open?.expiresAt).toBeUndefined();

    await route(healthy(4));
    const [closed] = await stage.items();
    const seconds = Number(closed?.expiresAt?.N) - Date.now() / 1_000;
    expect(seconds / 86_400).toBeCloseTo(30, 2);
    expect(closed).toMatchObject({ standing: { S: 'closed' } });
  });

  it('does nothing twice for one event, and nothing for an older one', async () => {
    await createQueues(CHANNELS);
    const failure = report(5);
    await route(failure);
    await commands();
    await route(failure);
    await route(healthy(6));
    await route(failure);
    expect(await told()).toEqual([]);
  });

  it('is one alert, whichever of ten reports at once is first', async () => {
    await createQueues(CHANNELS);
    const reports = Array.from({ length: 10 }, (_, index) => report(20 - index));
    expect(await route(...reports)).toEqual({ batchItemFailures: [] });
    const opened = await commands();
    const incidents = new Set(opened.map(({ data }) => data.incident));
    expect(incidents.size).toBe(1);
    expect(new Set(opened.map(({ data }) => data.deliveryId)).size).toBe(3);
    expect(await stage.items()).toHaveLength(1);
  });

  it('is one alert for each of many subjects in one batch', async () => {
    await createQueues(CHANNELS);
    const subjects = ['one', 'two', 'three', 'four'];
    const bodies = subjects.map((id) =>
      report(5, { subject: { kind: 'backup', id, region: 'us-east-1' } }),
    );
    await route(...bodies);
    expect(await told()).toHaveLength(12);
    expect(await stage.items()).toHaveLength(4);
  });

  it('sends what a channel without a queue missed as soon as there is one', async () => {
    await createQueues(['email', 'pagerduty']);
    const failure = report(5);
    expect(await route(failure)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(await told()).toEqual(['email:open', 'pagerduty:open']);

    await createQueues(['slack']);
    expect(await route(failure)).toEqual({ batchItemFailures: [] });
    expect(await told()).toEqual(['slack:open']);
    await route(healthy(4));
    expect(await told()).toEqual(['email:resolve', 'pagerduty:resolve', 'slack:resolve']);
  });

  it('sets aside what is no report, with the reason, and goes on with its neighbours', async () => {
    await createQueues(CHANNELS);
    const envelope = JSON.stringify({ Type: 'Notification', Message: report(5) });
    const noSeverity = report(5, { severity: undefined });
    expect(await route('{', envelope, noSeverity, report(5))).toEqual({ batchItemFailures: [] });
    const reasons = deadLetterReasons(await stage.drain(stage.deadLetters));
    expect(reasons.map(({ reason }) => reason).sort()).toEqual([
      'invalid-shape',
      'invalid-shape',
      'not-json',
    ]);
    expect(reasons.some(({ detail }) => detail?.includes('severity'))).toBe(true);
    expect(await told()).toEqual(['email:open', 'pagerduty:open', 'slack:open']);
  });

  it('begins anew where its record cannot be read', async () => {
    await createQueues(CHANNELS);
    await route(report(5));
    await commands();
    const [item] = await stage.items();
    await stage.putItem({
      alertId: { S: item?.alertId?.S ?? '' },
      version: { N: '7' },
      record: { S: '{"outbox": "damaged"' },
    });
    expect(await route(report(4))).toEqual({ batchItemFailures: [] });
    expect(await told()).toEqual(['email:open', 'pagerduty:open', 'slack:open']);
    expect((await stage.items())[0]?.version).toEqual({ N: '9' });
  });

  it('leaves a report on its queue while its table cannot be reached', async () => {
    await createQueues(CHANNELS);
    const cut = await stage.load(() => import('../../functions/route-alerts/handler.ts'), {
      ALERTS_TABLE: 'no-such-table',
    });
    expect(await cut(stage.eventFrom(stage.queue.arn, { body: report(5) }))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(await stage.drain(stage.deadLetters)).toEqual([]);
  });
});
