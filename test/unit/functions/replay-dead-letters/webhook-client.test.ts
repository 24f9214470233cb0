import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../../../functions/replay-dead-letters/copy.ts';
import { identify } from '../../../../functions/replay-dead-letters/identify.ts';
import { createWebhookClient } from '../../../../functions/replay-dead-letters/webhook-client.ts';
import { createCrashStage, envelope, idOf } from '../../../support/crash-stage.ts';
import { createFaultPoints } from '../../../support/fault-points.ts';
import {
  accept,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../../support/webhook-receiver.ts';

const itemOf = (body: string): Item =>
  identify(
    { id: 'copy-0', receipt: '', body, attributes: {} },
    { destination: 'd', topic: 't', rawDelivery: false },
  );

describe('the client of a webhook', () => {
  let endpoint: WebhookReceiver;
  let client: ReturnType<typeof createWebhookClient>;
  beforeAll(async () => {
    endpoint = await startWebhookReceiver();
    client = createWebhookClient({
      url: endpoint.url,
      timeoutMs: 500,
      concurrency: 4,
      loopbackAllowed: true,
      now: () => new Date(),
    });
  });
  afterEach(() => {
    endpoint.heard.length = 0;
    endpoint.behave(accept);
  });
  afterAll(() => {
    client.close();
    endpoint.close();
  });

  it.each(['arn:%0d%0ax-forged:%20yes', 'arn:%E2%82%AC', `arn:${'a'.repeat(70_000)}`])(
    'sends a message without a subscription that no header can hold: %.30s',
    async (subscription) => {
      const body = envelope(idOf(0)).replace(
        '"Type"',
        `"UnsubscribeURL":"https://sns.us-east-1.amazonaws.com/?SubscriptionArn=${subscription}","Type"`,
      );
      const stage = createCrashStage('strict', client.send);
      stage.queue.put('copy-0', body);
      stage.queue.put('copy-1', envelope(idOf(1)));
      const { balance } = await stage.untilEnded('run-one', () =>
        createFaultPoints(Number.POSITIVE_INFINITY),
      );
      expect(balance).toMatchObject({ received: 2, done: 2 });
      expect(endpoint.heard.map(({ headers }) => headers['x-forged'])).toEqual([
        undefined,
        undefined,
      ]);
    },
  );

  it('refuses what cannot be sent at all, and sends the rest', async () => {
    const bad = { ...itemOf(envelope(idOf(0))), idempotencyKey: 'a\nb' };
    const answers = await client.send([bad, itemOf(envelope(idOf(1)))]);
    expect(answers).toMatchObject([
      { answer: 'refused', reason: 'cannot be sent (ERR_INVALID_CHAR)' },
      { answer: 'status', status: 200 },
    ]);
  });

  it.each([
    ['OK', false],
    ['', false],
    ['{"ok":true}', false],
    ['<h1>Maintenance</h1>', true],
    ['\uFEFF<!DOCTYPE html><html></html>', true],
  ])('takes %j, called HTML as frameworks do by default, for a page: %s', async (text, page) => {
    endpoint.behave((response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
    });
    const [answer] = await client.send([itemOf(envelope(idOf(0)))]);
    expect(answer).toMatchObject({ answer: 'status', status: 200, page });
  });

  it('knows that a message may have arrived where the way to the endpoint is lost after it left', async () => {
    let request: ClientRequest | undefined;
    const see = (message: unknown) => {
      request = (message as { request: ClientRequest }).request;
    };
    subscribe('http.client.request.start', see);
    endpoint.behave(() => {
      request?.socket?.destroy(Object.assign(new Error('gone'), { code: 'EHOSTUNREACH' }));
    });
    const [answer] = await client.send([itemOf(envelope(idOf(0)))]);
    unsubscribe('http.client.request.start', see);
    expect(endpoint.heard).toHaveLength(1);
    expect(answer).toEqual({ answer: 'none', reason: 'no answer (EHOSTUNREACH)' });
  });
});
