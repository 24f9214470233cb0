import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebhookClient } from '../../../../functions/replay-dead-letters/webhook-client.ts';
import { createCrashStage, envelope, idOf } from '../../../support/crash-stage.ts';
import { createFaultPoints } from '../../../support/fault-points.ts';
import { confirmationFields } from '../../../support/sns-messages.ts';
import {
  accept,
  type Behaviour,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../../support/webhook-receiver.ts';

const BAD = idOf(1);
const TIMEOUT_MS = 200;
const all = { received: 3, done: 2, duplicates: 0, quarantined: 0, unknown: 0, pending: 0 };
const forEver = () => createFaultPoints(Number.POSITIVE_INFINITY);

const status =
  (code: number, headers: Record<string, string> = {}, text = ''): Behaviour =>
  (response) => {
    response.writeHead(code, headers).end(text);
  };

/** What the endpoint does with one message of three, and how that ends: strict, idempotent. */
const ANSWERS: [string, Behaviour, string, string][] = [
  [
    '200 with an error page',
    status(200, { 'content-type': 'text/html' }, '<html><h1>Maintenance</h1></html>'),
    'UNKNOWN success-with-a-page',
    'QUARANTINED retries-exhausted (success-with-a-page)',
  ],
  [
    '301',
    status(301, { location: 'https://elsewhere.example.com/' }),
    'QUARANTINED retries-exhausted (http-301)',
    'QUARANTINED retries-exhausted (http-301)',
  ],
  [
    '404',
    status(404),
    'QUARANTINED retries-exhausted (http-404)',
    'QUARANTINED retries-exhausted (http-404)',
  ],
  ['413', status(413), 'QUARANTINED http-413', 'QUARANTINED http-413'],
  ['422', status(422), 'QUARANTINED http-422', 'QUARANTINED http-422'],
  [
    '500',
    status(500),
    'QUARANTINED retries-exhausted (http-500)',
    'QUARANTINED retries-exhausted (http-500)',
  ],
  ['504', status(504), 'UNKNOWN http-504', 'QUARANTINED retries-exhausted (http-504)'],
  [
    'a hang',
    () => {},
    'UNKNOWN no answer in time',
    'QUARANTINED retries-exhausted (no answer in time)',
  ],
  [
    'an end in mid-response',
    (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"ok":');
      setTimeout(() => response.destroy(), 5);
    },
    'UNKNOWN the answer broke off',
    'QUARANTINED retries-exhausted (the answer broke off)',
  ],
  [
    'an end before the response',
    (response) => response.destroy(),
    'UNKNOWN no answer (ECONNRESET)',
    'QUARANTINED retries-exhausted (no answer (ECONNRESET))',
  ],
  [
    '429, twice',
    (response, heard, count) =>
      (count <= 2 ? status(429, { 'retry-after': '2' }) : accept)(response, heard, count),
    'DONE -',
    'DONE -',
  ],
];

const MEBIBYTE = 1_048_576;

/** Bodies that are no message of the webhook, with the reason that they are parked for. */
const BODIES: [string, string, string][] = [
  ['not JSON', 'Bounce of somebody', 'not-json'],
  ['not SNS', '{"eventType":"Bounce"}', 'not-sns'],
  ['empty', '', 'empty'],
  ['without MessageId', envelope(idOf(1)).replace('"MessageId"', '"Id"'), 'missing-message-id'],
  ['with a bad MessageId', envelope('not\nan-id'), 'invalid-message-id'],
  ['a confirmation', JSON.stringify(confirmationFields()), 'not-a-notification'],
  ['of an unknown type', envelope(idOf(1)).replace('Notification', 'Notice'), 'unknown-type'],
  ['larger than SQS takes', 'x'.repeat(MEBIBYTE + 1), 'too-large'],
];

describe('bad input', () => {
  let endpoint: WebhookReceiver;
  let client: ReturnType<typeof createWebhookClient>;
  beforeAll(async () => {
    endpoint = await startWebhookReceiver();
    client = createWebhookClient({
      url: endpoint.url,
      timeoutMs: TIMEOUT_MS,
      concurrency: 10,
      loopbackAllowed: true,
      now: () => new Date(),
    });
  });
  afterAll(() => {
    client.close();
    endpoint.close();
  });

  const entryOf = (stage: ReturnType<typeof createCrashStage>, id: string) => {
    const entry = [...stage.store.entries.values()].find(({ key }) => key.endsWith(id));
    return `${entry?.state} ${entry?.reason ?? '-'}`;
  };

  describe.each(['strict', 'idempotent'] as const)('with a receiver that is %s', (receiver) => {
    it.each(ANSWERS)('answered with %s', async (_, behaviour, strict, idempotent) => {
      const ending = receiver === 'strict' ? strict : idempotent;
      const stage = createCrashStage(receiver, client.send);
      endpoint.behave((response, heard, count) =>
        (heard.id === BAD ? behaviour : accept)(response, heard, count),
      );
      endpoint.heard.length = 0;
      for (const index of [0, 1, 2]) stage.queue.put(`copy-${index}`, envelope(idOf(index)));
      const { balance, balanced, reason } = await stage.untilEnded('run-one', forEver);

      expect(entryOf(stage, BAD)).toBe(ending);
      const place = ending.startsWith('UNK')
        ? { unknown: 1 }
        : ending.startsWith('QUA')
          ? { quarantined: 1 }
          : { done: 3 };
      expect({ balance, balanced, reason }).toEqual({
        balance: { ...all, ...place },
        balanced: true,
        reason: 'finished',
      });
      expect(stage.queue.bodies()).toEqual([]);
    });
  });

  it.each(BODIES)('a body that is %s is parked', async (_, body, reason) => {
    const stage = createCrashStage('strict');
    stage.queue.put('copy-0', envelope(idOf(0)));
    stage.queue.put('copy-1', body);
    stage.queue.put('copy-2', envelope(idOf(2)));
    const { balance } = await stage.untilEnded('run-one', forEver);
    expect(balance).toEqual({ ...all, quarantined: 1 });
    expect([...stage.parked.values()]).toEqual([reason]);
  });

  it('a body of another topic is left where it is', async () => {
    const stage = createCrashStage('strict');
    stage.queue.put('copy-0', envelope(idOf(0)));
    stage.queue.put('copy-1', envelope(idOf(1)).replace('mailblast-email-events', 'orders'));
    const { balance, reason } = await stage.untilEnded('run-one', forEver);
    expect({ balance, reason }).toEqual({
      balance: { ...all, received: 2, done: 1, pending: 1 },
      reason: 'finished',
    });
    expect(stage.queue.bodies()).toHaveLength(1);
    expect([...stage.received]).toEqual([[idOf(0), 1]]);
  });

  it('a body of nearly 1 MiB is sent as it is', async () => {
    endpoint.behave(accept);
    endpoint.heard.length = 0;
    const stage = createCrashStage('strict', client.send);
    const body = envelope(idOf(0), 'é'.repeat(MEBIBYTE / 2 - 200));
    stage.queue.put('copy-0', body);
    expect((await stage.untilEnded('run-one', forEver)).balance.done).toBe(1);
    expect(endpoint.heard[0]?.body).toBe(body);
  });

  it('the same MessageId with another body is parked, and the first one sent', async () => {
    const stage = createCrashStage('strict');
    stage.queue.put('copy-0', envelope(idOf(0), 'first'));
    stage.queue.put('copy-1', envelope(idOf(0), 'second'));
    const { balance } = await stage.untilEnded('run-one', forEver);
    expect(balance).toEqual({ ...all, received: 2, done: 1, quarantined: 1 });
    expect([...stage.parked.values()]).toEqual(['same-id-other-body']);
    expect(stage.received.get(idOf(0))).toBe(1);
  });

  it('an endpoint that nobody listens at takes nothing, and nobody is in doubt', async () => {
    const dead = createWebhookClient({
      url: 'http://127.0.0.1:9/',
      timeoutMs: TIMEOUT_MS,
      concurrency: 10,
      loopbackAllowed: true,
      now: () => new Date(),
    });
    const stage = createCrashStage('strict', dead.send);
    for (let index = 0; index < 30; index += 1)
      stage.queue.put(`copy-${index}`, envelope(idOf(index)));
    const said = await stage.live(
      { request: stage.request({ maxHops: 3 }), eventId: 'run-one' },
      forEver(),
    );
    expect(said).toMatchObject({ balance: { done: 0, quarantined: 0, unknown: 0 } });
    expect(stage.queue.bodies()).toHaveLength(30);
  });

  it.each(['http://192.0.2.1/', 'https://user@example.com/', 'ftp://127.0.0.1/'])(
    'the address %s is never called',
    async (url) => {
      const now = () => new Date();
      const settings = { url, timeoutMs: 50, concurrency: 1, loopbackAllowed: true, now };
      const [answer] = await createWebhookClient(settings).send([
        {
          copy: { id: '', receipt: '', body: '', attributes: {} },
          key: '',
          hash: '',
          idempotencyKey: '',
          raw: true,
          address: '',
        },
      ]);
      expect(answer).toMatchObject({
        answer: 'unsent',
        reason: expect.stringContaining('address'),
      });
    },
  );
});
