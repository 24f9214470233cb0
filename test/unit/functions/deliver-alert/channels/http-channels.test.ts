import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Outcome } from '../../../../../functions/deliver-alert/channels/channel.ts';
import { createPagerDutyChannel } from '../../../../../functions/deliver-alert/channels/pagerduty.ts';
import { createSlackChannel } from '../../../../../functions/deliver-alert/channels/slack.ts';
import { createWebhookChannel } from '../../../../../functions/deliver-alert/channels/webhook.ts';
import { createPost } from '../../../../../functions/deliver-alert/post.ts';
import { type AlertReceiver, startAlertReceiver } from '../../../../../local/alert-receiver.ts';
import { makeRequest } from '../../../../support/alert-requests.ts';

const ROUTING_KEY = 'r0ut1ngkey0123456789abcdef012345';
const WEBHOOK_SECRET = 'the key of the signature';
const NOW = new Date('2026-03-02T03:25:30.000Z');

const secret = (name: string) => ({ from: 'ssm', name }) as const;

let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await startAlertReceiver({ webhookSecret: WEBHOOK_SECRET, now: () => NOW });
});
beforeEach(() => {
  receiver.received.length = 0;
});
afterAll(() => receiver.close());

type Kind = 'slack' | 'pagerduty' | 'webhook';
type Settings = { stage?: 'local' | 'prod'; timeoutMs?: number };

/** A channel whose address, key and secret are kept elsewhere, as in a real plan. */
const createChannel = (
  kind: Kind,
  address: string,
  { stage = 'local', timeoutMs = 5_000 }: Settings = {},
): Channel => {
  const secrets: Record<string, string> = {
    address,
    'routing-key': `${ROUTING_KEY}\n`,
    signing: WEBHOOK_SECRET,
  };
  const means = {
    readSecret: async (reference: { from: string; name?: string }) =>
      secrets[reference.name ?? ''] ?? '',
    post: createPost({ timeoutMs, loopbackAllowed: stage === 'local', now: () => NOW }),
    now: () => NOW,
  };
  switch (kind) {
    case 'slack':
      return createSlackChannel(secret('address'), means);
    case 'pagerduty':
      return createPagerDutyChannel({ url: address, routingKey: secret('routing-key') }, means);
    case 'webhook':
      return createWebhookChannel({ url: secret('address'), secret: secret('signing') }, means);
  }
};

const addressOf = (kind: Kind): string =>
  ({
    slack: receiver.slackWebhook,
    pagerduty: receiver.pagerdutyUrl,
    webhook: receiver.webhookUrl,
  })[kind];

const tell = (kind: Kind, settings?: Settings): Promise<Outcome> =>
  createChannel(kind, addressOf(kind), settings).deliver(makeRequest());

describe.each(['slack', 'pagerduty', 'webhook'] as const)('%s', (kind) => {
  it.each(['open', 'repeat', 'escalate', 'resolve'] as const)(
    'delivers %s in a shape that the receiver takes',
    async (action) => {
      const channel = createChannel(kind, addressOf(kind));
      const outcome = await channel.deliver(makeRequest({ action }));
      expect(outcome).toMatchObject({ outcome: 'delivered' });
      expect(receiver.received).toHaveLength(1);
      expect(receiver.received[0]).toMatchObject({ kind, problem: undefined });
    },
  );

  it.each([400, 401, 403, 404, 410])('gives up at %i', async (status) => {
    receiver.script({ status });
    expect(await tell(kind)).toEqual({ outcome: 'refused', reason: `answered ${status}` });
  });

  it.each([408, 429, 500, 502, 503])('tries again after %i', async (status) => {
    receiver.script({ status });
    expect(await tell(kind)).toEqual({ outcome: 'retry', reason: `answered ${status}` });
  });

  it.each([
    ['7', 7],
    ['Mon, 02 Mar 2026 03:26:00 GMT', 30],
    ['999999', 3_600],
  ])('waits as long as Retry-After: %s says', async (value, afterSeconds) => {
    receiver.script({ status: 429, headers: { 'retry-after': value } });
    expect(await tell(kind)).toEqual({
      outcome: 'retry',
      reason: 'answered 429',
      afterSeconds,
    });
  });

  it('does not wait for ever', async () => {
    receiver.script('hang');
    const started = Date.now();
    expect(await tell(kind, { timeoutMs: 200 })).toEqual({
      outcome: 'retry',
      reason: 'no answer in time',
    });
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('tries again after a connection that broke', async () => {
    receiver.script('reset');
    expect(await tell(kind)).toMatchObject({
      outcome: 'retry',
      reason: expect.stringMatching(/^no answer \((ECONNRESET|UND_ERR_SOCKET)\)$/),
    });
  });

  it('tries again where nobody listens', async () => {
    const gone = await startAlertReceiver();
    await gone.close();
    const channel = createChannel(kind, `${gone.url}/secret-path`);
    expect(await channel.deliver(makeRequest())).toEqual({
      outcome: 'retry',
      reason: 'no answer (ECONNREFUSED)',
    });
  });

  it('follows no redirect', async () => {
    receiver.script({ status: 307, headers: { location: addressOf(kind) } });
    expect(await tell(kind)).toEqual({ outcome: 'refused', reason: 'answered 307' });
    expect(receiver.received).toHaveLength(1);
  });

  it('reads no more of an answer than it needs', async () => {
    receiver.script({ status: 500, endless: true });
    expect(await tell(kind)).toMatchObject({ outcome: 'retry', reason: 'answered 500' });
  });

  it.each([
    ['http://example.com/hook', 'the address is neither https nor http on 127.0.0.1'],
    ['http://127.0.0.1.example.com/hook', 'the address is neither https nor http on 127.0.0.1'],
    ['file:///etc/passwd', 'the address is neither https nor http on 127.0.0.1'],
    ['https://user:password@example.com/', 'the address holds a user name'],
    ['hooks.example.com/secret', 'the address is not a URL'],
  ])('does not call %s', async (address, reason) => {
    expect(await createChannel(kind, address).deliver(makeRequest())).toEqual({
      outcome: 'refused',
      reason,
    });
  });

  it('calls no plain HTTP outside the local stage', async () => {
    const channel = createChannel(kind, addressOf(kind), { stage: 'prod' });
    expect(await channel.deliver(makeRequest())).toEqual({
      outcome: 'refused',
      reason: 'the address is not https',
    });
    expect(receiver.received).toEqual([]);
  });

  it('repeats no secret, even where the receiver does', async () => {
    const address = addressOf(kind);
    // PagerDuty's address is no secret, and the two others' texts are not shown at all.
    const told = kind === 'pagerduty' ? ROUTING_KEY : `${address} ${WEBHOOK_SECRET}`;
    const answers = [
      { status: 400, body: told },
      { status: 404, body: JSON.stringify({ errors: [told] }) },
      { status: 500, body: JSON.stringify({ message: told }) },
      { status: 200, body: told },
    ];
    for (const answer of answers) {
      receiver.script(answer);
      const shown = JSON.stringify(await tell(kind));
      expect(shown).not.toContain(ROUTING_KEY);
      expect(shown).not.toContain(WEBHOOK_SECRET);
      expect(shown).not.toContain(new URL(address).pathname);
    }
    for (const broken of ['https://[secret-path', 'https://nowhere.invalid/secret-path']) {
      const outcome = await createChannel(kind, broken).deliver(makeRequest());
      expect(JSON.stringify(outcome)).not.toContain('secret-path');
    }
  });
});

describe('slack', () => {
  it('believes only `ok`', async () => {
    receiver.script({ status: 200, body: '<html>maintenance</html>' });
    expect(await tell('slack')).toEqual({ outcome: 'retry', reason: 'answered 200' });
  });

  it('names the word that Slack answers', async () => {
    receiver.script({ status: 404, body: 'no_service' });
    expect(await tell('slack')).toEqual({
      outcome: 'refused',
      reason: 'answered 404: no_service',
    });
  });
});

describe('pagerduty', () => {
  it('believes only 202', async () => {
    receiver.script({ status: 200, body: 'ok' });
    expect(await tell('pagerduty')).toEqual({ outcome: 'retry', reason: 'answered 200' });
  });

  it('says what PagerDuty finds wrong', async () => {
    const means = {
      readSecret: async () => 'short',
      post: createPost({ timeoutMs: 5_000, loopbackAllowed: true, now: () => NOW }),
    };
    const reference = { url: receiver.pagerdutyUrl, routingKey: secret('routing-key') };
    expect(await createPagerDutyChannel(reference, means).deliver(makeRequest())).toEqual({
      outcome: 'refused',
      reason: expect.stringContaining("Length of 'routing_key' is incorrect"),
    });
  });

  it('opens an incident and closes it under every key', async () => {
    const channel = createChannel('pagerduty', receiver.pagerdutyUrl);
    await channel.deliver(makeRequest({ action: 'open', dedupKey: 'a' }));
    await channel.deliver(makeRequest({ action: 'escalate', dedupKey: 'b' }));
    expect(receiver.openIncidents()).toEqual(['a', 'b']);
    await channel.deliver(makeRequest({ action: 'resolve', dedupKey: 'b', closes: ['a', 'b'] }));
    expect(receiver.openIncidents()).toEqual([]);
  });

  it('tells by a fingerprint which key it used, and does not tell the key', async () => {
    const outcome = await tell('pagerduty');
    expect(outcome).toEqual({
      outcome: 'delivered',
      credential: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });
});

describe('webhook', () => {
  it('sends the event itself, under the key of the delivery', async () => {
    await tell('webhook');
    expect(JSON.parse(receiver.received[0]?.text ?? '')).toEqual(makeRequest());
    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': makeRequest().data.deliveryId,
    });
  });
});
