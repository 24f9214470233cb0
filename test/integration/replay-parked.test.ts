import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { checkReportedSchema } from '../../events/check-reported/v1.ts';
import { replayReportSchema } from '../../events/replay-ended/v1.ts';
import { replayProgressSchema } from '../../events/replay-progressed/v1.ts';
import { readEntry } from '../../functions/replay-dead-letters/ledger-item.ts';
import { loadReplay, prepareReplay } from '../support/replay-stage.ts';
import { accept, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const nothing = { received: 0, done: 0, duplicates: 0, quarantined: 0, unknown: 0, pending: 0 };
const YEAR_SECONDS = 365 * 86_400;

const event = (eventType: string, more: object = {}) => JSON.stringify({ eventType, ...more });

describe('replay-dead-letters, of what is parked', () => {
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

  const answerWith = (status: number) =>
    receiver.behave((response) => response.writeHead(status).end());

  const open = async (webhook: Partial<Parameters<typeof prepareReplay>[1]> = {}) => {
    const stage = await prepareReplay(inject('endpoint'), { endpoint: receiver.url, ...webhook });
    const invoke = await loadReplay(stage.environment);
    /** Follows a run to its end; what it waits for, seconds at most, it asks for again and again here. */
    const replay = async (payload: object) => {
      let said = await invoke({ webhook: 'ses-events', ...payload });
      for (let tries = 0; tries < 30; tries += 1) {
        const report = replayReportSchema.safeParse(said);
        if (report.success) return report.data;
        const { run } = replayProgressSchema.parse(said);
        await sleep(500);
        said = await invoke({ action: 'resume', run });
      }
      throw new Error('the run does not end');
    };
    /** The state of each message in the ledger, by the text of `eventType`. */
    const states = async () => {
      const bodies = new Map(
        (await stage.archived('archive/')).map(({ key, body }) => [key, String(body)]),
      );
      return (await stage.entries())
        .map(readEntry)
        .map(({ key, state, reason }) => [
          /eventType\\":\\"(\w+)/.exec(bodies.get(key) ?? '')?.[1],
          state,
          reason,
        ]);
    };
    /** What the looks say that the function has told itself to take since the last time. */
    const looks = async () => {
      await stage.heardFacts();
      for (const { Body = '' } of await stage.drain(stage.queue)) {
        await invoke(stage.queueEvent(Body));
      }
      const facts = (await stage.heardFacts()).map((fact) => checkReportedSchema.safeParse(fact));
      return facts.flatMap(({ data }) => (data === undefined ? [] : [data.data]));
    };
    return { stage, replay, invoke, states, looks };
  };

  it('leaves in doubt what a filter leaves out, or a transform does not fit', async () => {
    const { stage, replay, states } = await open();
    answerWith(504);
    await stage.publish([event('Bounce'), event('Delivery')]);
    expect((await replay({})).balance).toEqual({ ...nothing, received: 2, unknown: 2 });

    receiver.behave(accept);
    const bounces = await replay({ from: 'unknown', filter: { types: ['Bounce'] } });
    expect(bounces.balance).toEqual({ ...nothing, received: 1, done: 1 });
    const transform = [{ op: 'remove', path: '/NotThere' }];
    const failed = await replay({ from: 'unknown', transform });
    expect(failed.balance).toEqual({ ...nothing, received: 2, duplicates: 1, unknown: 1 });
    expect((await states()).sort()).toEqual([
      ['Bounce', 'DONE', undefined],
      ['Delivery', 'UNKNOWN', 'transform-failed'],
    ]);
    // Whatever of it comes back into the queue, a strict receiver does not get it again.
    const bodies = (await stage.archived('archive/')).map(({ body }) => String(body));
    receiver.heard.length = 0;
    await stage.putRaw([...new Set(bodies)]);
    expect((await replay({})).balance).toEqual({ ...nothing, received: 2, duplicates: 2 });
    expect(receiver.heard).toEqual([]);
  });

  it('leaves parked what a filter leaves out', async () => {
    const { stage, replay, states } = await open();
    answerWith(422);
    await stage.publish([event('Bounce'), event('Delivery')]);
    await replay({});
    receiver.behave(accept);
    const { balance } = await replay({ from: 'quarantine', filter: { types: ['Bounce'] } });
    expect(balance).toEqual({ ...nothing, received: 1, done: 1 });
    expect((await states()).sort()).toEqual([
      ['Bounce', 'DONE', undefined],
      ['Delivery', 'QUARANTINED', 'http-422'],
    ]);
  });

  it('goes on until nothing waits for another turn', async () => {
    const { stage, replay } = await open();
    answerWith(422);
    await stage.publish([event('Bounce'), event('Delivery'), event('Open')]);
    await replay({});
    receiver.heard.length = 0;
    receiver.behave((response, heard, count) =>
      count === 1 ? response.writeHead(500).end() : accept(response, heard, count),
    );
    const { balance, reason } = await replay({ from: 'quarantine' });
    expect({ balance, reason }).toEqual({
      balance: { ...nothing, received: 3, done: 3 },
      reason: 'finished',
    });
  });

  it('never forgets what it sent, since nothing is removed from where it is parked', async () => {
    const { stage, replay } = await open();
    answerWith(422);
    await stage.publish([event('Bounce')]);
    await replay({});
    receiver.behave(accept);
    await replay({ from: 'quarantine' });
    const [entry] = await stage.entries();
    expect(entry?.state?.S).toBe('DONE');
    expect(Number(entry?.expiresAt?.N)).toBeGreaterThan(Date.now() / 1_000 + 5 * YEAR_SECONDS);
  });

  it('changes what lay there first, however often it is refused', async () => {
    const { stage, replay } = await open();
    answerWith(422);
    await stage.publish([event('Bounce')]);
    await replay({ run: 'zz-first' });
    const transform = [
      { op: 'copy', from: '/Message', path: '/Original' },
      { op: 'replace', path: '/Message', value: 'mended' },
    ];
    expect((await replay({ run: 'aa-second', from: 'quarantine', transform })).balance).toEqual({
      ...nothing,
      received: 1,
      quarantined: 1,
    });
    expect(await stage.archived('quarantine/')).toHaveLength(1);
    receiver.behave(accept);
    const last = await replay({ run: 'mm-third', from: 'quarantine', transform });
    expect(last.balance).toEqual({ ...nothing, received: 1, done: 1 });
    expect(JSON.parse(receiver.heard.at(-1)?.body ?? '{}')).toMatchObject({
      Message: 'mended',
      Original: event('Bounce'),
    });
  });

  it('does not send another body in the place of the first one of its id', async () => {
    const { stage, replay } = await open();
    answerWith(422);
    await stage.publish([event('Bounce')]);
    await replay({ run: 'zz-first' });
    const [line] = await stage.archived('archive/');
    await stage.putRaw([String(line?.body).replace('Bounce', 'Forged')]);
    expect((await replay({ run: 'aa-second' })).balance).toMatchObject({ quarantined: 1 });

    receiver.heard.length = 0;
    receiver.behave(accept);
    await replay({ from: 'quarantine' });
    expect(receiver.heard.map(({ body }) => body)).toEqual([line?.body]);
  });

  it('reads every character that a message may hold', async () => {
    const { stage, replay } = await open();
    answerWith(422);
    await stage.publish([event('Bounce', { text: 'a\u2028b\u2029c\u0085' })]);
    await replay({});
    const [first] = receiver.heard;
    receiver.behave(accept);
    expect((await replay({ from: 'quarantine' })).balance).toMatchObject({ done: 1 });
    expect(receiver.heard.at(-1)?.body).toBe(first?.body);
  });

  it('tells in a dry run of raw messages what is done, and each one once', async () => {
    const { stage, replay, invoke } = await open({ raw: true });
    const { sns } = stage.clients;
    const { PublishCommand } = await import('@aws-sdk/client-sns');
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'bounce' } };
    await sns.send(
      new PublishCommand({ TopicArn: stage.topicArn, Message: 'one', MessageAttributes }),
    );
    await stage.publish(['two']);
    // What is archived and not sent lies in the archive more than once.
    answerWith(500);
    await replay({ canary: 1, run: 'the-first' });
    await replay({ canary: 1, run: 'the-second' });
    const dryRun = { webhook: 'ses-events', dryRun: true };
    expect(await invoke(dryRun)).toMatchObject({ looked: 2, wouldSend: 2 });
    receiver.behave(accept);
    await replay({});
    expect(await invoke(dryRun)).toMatchObject({ looked: 2, wouldSend: 0, states: { DONE: 2 } });
  });

  it('tells of a run what it parked, and goes on telling until it was sent', async () => {
    const { stage, replay, invoke, looks } = await open();
    receiver.behave((response, { body }) =>
      response.writeHead(body.includes('Bounce') ? 422 : 504).end(),
    );
    await stage.publish([event('Bounce'), event('Bounce', { second: true }), event('Open')]);
    await replay({ run: 'with-losses' });
    const [parked] = await looks();
    expect(parked).toMatchObject({
      check: 'dead-letters-parked',
      subject: { kind: 'webhook', id: 'ses-events' },
      verdict: 'fail',
      severity: 'warning',
      observed: { quarantine: 2, unknown: 1, reasons: { 'http-422': 2, 'http-504': 1 } },
      measurements: [{ name: 'parked-dead-letters', value: 3, unit: 'messages' }],
    });
    expect(parked?.summary).toContain('3 dead letters are parked');
    const [, data = ''] =
      /takes them: sls invoke \S+ \S+ -s \S+ -d '([^']+)'/.exec(parked?.action ?? '') ?? [];

    receiver.behave(accept);
    const { webhook: _, ...command } = JSON.parse(data);
    expect((await replay(command)).balance).toMatchObject({ done: 2 });
    expect((await looks())[0]).toMatchObject({
      verdict: 'fail',
      observed: { quarantine: 0, unknown: 1 },
    });
    await replay({ from: 'unknown' });
    expect((await looks())[0]).toMatchObject({ verdict: 'pass', reason: 'nothing-parked' });
    // Every day, and when somebody asks.
    const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
    expect(await invoke(schedule)).toMatchObject([{ verdict: 'pass' }]);
    expect(await invoke({ action: 'look' })).toMatchObject([{ verdict: 'pass' }]);
    await expect(invoke({ action: 'look', limit: 5 })).rejects.toThrow('limit');
  });

  it('does not count what a person removed, and knows nothing where it cannot read', async () => {
    const { stage, replay, invoke } = await open();
    answerWith(422);
    await stage.publish([event('Bounce')]);
    await replay({ run: 'refused' });
    const { s3 } = stage.clients;
    const Bucket = stage.ledgerBucket;
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'quarantine/' }),
    );
    const [{ Key = '' } = {}] = Contents;
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const look = { action: 'look', webhook: 'ses-events' };
    expect(await invoke(look)).toMatchObject([{ verdict: 'pass' }]);

    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'the secret of somebody' }));
    const said = await invoke(look);
    expect(said).toMatchObject([{ verdict: 'unknown', reason: 'unexpected-error' }]);
    expect(JSON.stringify(said)).toContain(`${Key}#1 is no line`);
    expect(JSON.stringify(said)).not.toContain('secret');
  });
});
