import { randomUUID } from 'node:crypto';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { replayEndedSchema, replayReportSchema } from '../../events/replay-ended/v1.ts';
import { localClients } from '../../local/clients.ts';
import { loadReplay, prepareReplay } from '../support/replay-stage.ts';
import { accept, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const events = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ eventType: index % 2 === 0 ? 'Delivery' : 'Bounce', mail: { index } }),
  );

const nothing = { received: 0, done: 0, duplicates: 0, quarantined: 0, unknown: 0, pending: 0 };

describe('replay-dead-letters', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    receiver.heard.length = 0;
    receiver.behave(accept);
  });
  afterAll(() => receiver.close());

  const open = async (webhook: Partial<Parameters<typeof prepareReplay>[1]> = {}) => {
    const stage = await prepareReplay(inject('endpoint'), { endpoint: receiver.url, ...webhook });
    const invoke = await loadReplay(stage.environment);
    const replay = async (payload: object) =>
      replayReportSchema.parse(await invoke({ webhook: 'ses-events', ...payload }));
    return { stage, invoke, replay };
  };

  it('sends what SNS left in the queue, each message once, and balances', async () => {
    const { stage, replay } = await open();
    const ids = await stage.publish(events(250));
    const report = await replay({});

    expect(report).toMatchObject({ reason: 'finished', balanced: true });
    expect(report.balance).toEqual({ ...nothing, received: 250, done: 250 });
    expect([...receiver.times()].sort()).toEqual(ids.map((id) => [id, 1]).sort());
    expect(await stage.depth()).toBe(0);
    const archived = await stage.archived('archive/');
    const sent = receiver.heard.map(({ body }) => body).sort();
    expect(archived.map(({ body }) => body).sort()).toEqual(sent);
    expect(receiver.heard[0]?.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': receiver.heard[0]?.id,
      'x-amz-sns-topic-arn': stage.topicArn,
    });
    const [ended] = (await stage.heardFacts()).map((fact) => replayEndedSchema.safeParse(fact));
    expect(ended?.data?.data).toEqual(report);
  });

  it('keeps nothing in its table for ever: no message, no run, no number of one', async () => {
    const { stage, replay } = await open();
    await stage.publish(events(3));
    await replay({});
    const items = await stage.items();
    const kinds = new Set(items.map(({ sk }) => sk?.S?.split('#')[0]));
    expect([...kinds].sort()).toEqual(['count', 'message', 'run']);
    const inDays = items.map(
      ({ expiresAt }) => (Number(expiresAt?.N) - Date.now() / 1_000) / 86_400,
    );
    for (const days of inDays) expect(days).toSatisfy((one: number) => one > 40 && one < 91);
  });

  it('sends nothing twice, whatever comes back into the queue', async () => {
    const { stage, replay } = await open();
    await stage.publish(events(20));
    await replay({});
    const bodies = receiver.heard.map(({ body }) => body);
    await stage.putRaw([...bodies, ...bodies]);
    const { balance } = await replay({});
    expect(balance).toEqual({ ...nothing, received: 40, duplicates: 40 });
    expect(receiver.heard).toHaveLength(20);
    expect(await stage.depth()).toBe(0);
  });

  it('parks what it cannot read, with its reason, and sends the rest', async () => {
    const { stage, replay } = await open();
    await stage.publish(events(12));
    const envelope = { Type: 'Notification', TopicArn: stage.topicArn, Message: 'm' };
    await stage.putRaw(['no JSON', '{"some":"JSON"}', JSON.stringify(envelope)]);
    const { balance } = await replay({});
    expect(balance).toEqual({ ...nothing, received: 15, done: 12, quarantined: 3 });
    const parked = await stage.archived('quarantine/');
    expect(parked.map(({ reason }) => reason).sort()).toEqual([
      'missing-message-id',
      'not-json',
      'not-sns',
    ]);
    expect(await stage.depth()).toBe(0);
  });

  it('sends text alone under a key of its own where the subscription delivers raw', async () => {
    const { stage, replay } = await open({ raw: true });
    await stage.publish(['first', 'second', 'first']);
    const { balance } = await replay({});
    expect(balance).toEqual({ ...nothing, received: 3, done: 2, duplicates: 1 });
    expect(receiver.heard.map(({ body }) => body).sort()).toEqual(['first', 'second']);
    expect(receiver.heard[0]?.headers['x-amz-sns-rawdelivery']).toBe('true');
  });

  it('replays the quarantine after a transform, and only what is still parked', async () => {
    const { stage, replay } = await open();
    receiver.behave((response, { body }) => {
      response.writeHead(body.includes('Attachment') ? 400 : 200).end();
    });
    await stage.publish([...events(5), '{"note":"Attachment"}']);
    expect((await replay({})).balance).toMatchObject({ done: 5, quarantined: 1 });

    const transform = [{ op: 'replace', path: '/Message', value: '{"note":"none"}' }];
    const preview = { webhook: 'ses-events', from: 'quarantine', transform, dryRun: true };
    const invoke = await loadReplay(stage.environment);
    expect(await invoke(preview)).toMatchObject({ looked: 1, wouldSend: 1 });

    const mended = await replay({ from: 'quarantine', transform });
    expect(mended.balance).toEqual({ ...nothing, received: 1, done: 1 });
    expect(receiver.heard.at(-1)?.body).toContain('{\\"note\\":\\"none\\"}');
    // It stands there as it came; it was dealt with all the same, with and without the change.
    const again = { ...nothing, received: 1, duplicates: 1 };
    expect((await replay({ from: 'quarantine', transform })).balance).toEqual(again);
    expect((await replay({ from: 'quarantine' })).balance).toEqual(again);
  });

  it('sends what a filter asks for and leaves the rest in the queue', async () => {
    const { stage, replay } = await open();
    await stage.publish(events(20));
    const { balance } = await replay({
      filter: { types: ['Bounce'], where: '$.mail[?@ > 10]' },
    });
    expect(balance).toEqual({ ...nothing, received: 20, done: 5, pending: 15 });
    expect(await stage.depth()).toBe(15);
  });

  it('sends no more than it is asked for', async () => {
    const { stage, replay } = await open();
    await stage.publish(events(60));
    const report = await replay({ limit: 25 });
    expect(report.reason).toBe('limit-reached');
    expect(report.balance).toEqual({ ...nothing, received: 25, done: 25 });
    expect(await stage.depth()).toBe(35);
  });

  it.each([
    ['a canary that dies', { canary: 3 }, 'canary-failed', 500],
    ['an address that is wrong', {}, 'destination-refuses', 404],
    ['a redirect', {}, 'destination-refuses', 301],
  ])('ends with everything still there: %s', async (_, options, reason, status) => {
    const { stage, replay } = await open();
    await stage.publish(events(30));
    receiver.behave((response) => response.writeHead(status, { location: '/' }).end());
    const report = await replay(options);
    expect(report.reason).toBe(reason);
    expect(report.summary).toMatch(new RegExp(`; the last that was not taken: http-${status}$`));
    expect(report.balance).toMatchObject({ done: 0, quarantined: 0, unknown: 0 });
    expect(await stage.depth()).toBe(30);
    expect(receiver.heard.length).toBeLessThanOrEqual(10);
  });

  it('shows what the archive has, and receives nothing', async () => {
    const { stage, replay, invoke } = await open();
    await stage.publish(events(8));
    await replay({ limit: 3 });
    expect(await invoke({ webhook: 'ses-events', dryRun: true })).toMatchObject({
      dryRun: true,
      looked: 3,
      wouldSend: 0,
      states: { DONE: 3 },
      queue: { visible: 5, inFlight: 0 },
    });
  });

  it('counts what several runs archived once', async () => {
    const { stage, replay, invoke } = await open();
    await stage.publish(events(4));
    receiver.behave((response) => response.writeHead(500).end());
    for (let runs = 0; runs < 3; runs += 1) await replay({ canary: 1, maxAttempts: 9 });
    const preview = { looked: 4, wouldSend: 4 };
    expect(await invoke({ webhook: 'ses-events', dryRun: true })).toMatchObject(preview);
  });

  it('keeps no run that can never be worked on', async () => {
    const { stage, invoke, replay } = await open();
    await stage.publish(events(1));
    const url = 'https://sqs.us-east-1.amazonaws.com/123456789012/elsewhere';
    const wrong = { webhook: 'ses-events', run: 'a-name', destination: { kind: 'queue', url } };
    await expect(invoke(wrong)).rejects.toThrow('does not stand under');
    expect((await replay({ run: 'a-name' })).balance.done).toBe(1);
  });

  it.each(['', '.fifo'])(
    'sends to a queue%s with the attributes and the original id',
    async (end) => {
      const { sqs } = localClients(inject('endpoint'));
      const { QueueUrl = '' } = await sqs.send(
        new CreateQueueCommand({
          QueueName: `target-${randomUUID().slice(0, 8)}${end}`,
          ...(end === '' ? {} : { Attributes: { FifoQueue: 'true' } }),
        }),
      );
      const { stage, replay } = await open({ replayTo: [QueueUrl] });
      const ids = await stage.publish(events(15));
      const { balance } = await replay({ destination: { kind: 'queue', url: QueueUrl } });
      expect(balance).toEqual({ ...nothing, received: 15, done: 15 });
      const got: Message[] = await stage.drain({ url: QueueUrl });
      const originals = got.map(
        ({ MessageAttributes }) => MessageAttributes?.['lifeboat.original-message-id']?.StringValue,
      );
      expect(originals.sort()).toEqual(ids.sort());
    },
  );

  it('publishes to a topic what was published first, with the original id', async () => {
    const { sqs, sns } = localClients(inject('endpoint'));
    const name = `target-${randomUUID().slice(0, 8)}`;
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const { Attributes: { QueueArn = '' } = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QueueArn }));
    const { stage, replay } = await open({ replayTo: [TopicArn] });
    const [id] = await stage.publish(['{"eventType":"Bounce"}']);
    const report = await replay({ destination: { kind: 'topic', arn: TopicArn } });
    expect(report.balance.done).toBe(1);
    expect(report.summary).toContain('every subscriber of the topic');
    const { Messages: [got] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(JSON.parse(got?.Body ?? '{}')).toMatchObject({
      Message: '{"eventType":"Bounce"}',
      MessageAttributes: { 'lifeboat.original-message-id': { Value: id } },
    });
  });

  it('goes on over its own queue when its time is up, and balances over all of it', async () => {
    const { stage, invoke } = await open();
    const ids = await stage.publish(events(120));
    receiver.behave((response, ...rest) => {
      setTimeout(() => accept(response, ...rest), 40);
    });
    const rate = { perSecond: 20, rampUpSeconds: 0 };
    const command = { webhook: 'ses-events', run: 'a-long-run', rate, timeoutSeconds: 1 };
    let said = await invoke(command, 14_000);
    let hops = 0;
    for (; !replayReportSchema.safeParse(said).success && hops < 6; hops += 1) {
      const [next] = await stage.drain(stage.queue);
      expect(await invoke(stage.queueEvent(next?.Body ?? ''), 16_000)).toEqual({
        batchItemFailures: [],
      });
      const facts = await stage.heardFacts();
      said = facts.map((fact) => replayEndedSchema.safeParse(fact).data?.data).find(Boolean);
    }
    expect(hops).toBeGreaterThan(0);
    const { balance } = replayReportSchema.parse(said);
    expect(balance).toEqual({ ...nothing, received: 120, done: 120 });
    expect([...receiver.times()].sort()).toEqual(ids.map((id) => [id, 1]).sort());
  });

  it('is cancelled, leaves the rest where it is, and is resumed', async () => {
    const { stage, invoke } = await open();
    await stage.publish(events(12));
    const command = { webhook: 'ses-events', run: 'to-cancel', limit: 5 };
    expect(await invoke(command)).toMatchObject({ reason: 'limit-reached' });
    await expect(invoke(command)).rejects.toThrow('there is a run to-cancel already');

    const slow = { webhook: 'ses-events', run: 'slow', rate: { perSecond: 0.5, rampUpSeconds: 0 } };
    await invoke(slow, 20_000);
    await invoke({ action: 'cancel', run: 'slow' });
    for (const { Body = '' } of await stage.drain(stage.queue)) {
      await invoke(stage.queueEvent(Body));
    }
    const facts = (await stage.heardFacts()).map((fact) => replayEndedSchema.safeParse(fact).data);
    const ended = facts.flatMap((fact) => (fact?.data.run === 'slow' ? [fact.data] : []));
    expect(ended.map(({ reason }) => reason)).toEqual(['cancelled']);
    const left = await stage.depth();
    expect(left).toBeGreaterThan(0);
    expect(receiver.heard.length + left).toBe(12);

    const before = receiver.heard.length;
    await invoke({ action: 'resume', run: 'slow' }, 20_000);
    expect(receiver.heard.length).toBeGreaterThan(before);
    expect(Math.max(...receiver.times().values())).toBe(1);
  });

  it.each([
    [{ webhook: 'ses-event' }, /has no "ses-event"; it has ses-events/],
    [{ webhook: 'ses-events', limti: 5 }, /limti: unknown/],
    [{ webhook: 'ses-events', filter: { where: '$.[' } }, /filter\.where/],
    [{ webhook: 'ses-events', transform: [] }, /transform: only what is parked/],
    [{ action: 'resume', run: 'no-such-run' }, /no run "no-such-run"/],
    [
      { webhook: 'ses-events', destination: { kind: 'queue', url: 'https://sqs.example.com/q' } },
      /does not stand under/,
    ],
  ])('says what is wrong with %j', async (payload, message) => {
    const { invoke } = await open();
    await expect(invoke(payload)).rejects.toThrow(message);
  });
});
