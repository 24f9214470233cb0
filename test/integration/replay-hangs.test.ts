import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { replayProgressSchema } from '../../events/replay-progressed/v1.ts';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { loadReplay, prepareReplay } from '../support/replay-stage.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** An invocation may have no more than this left when a service begins to hang. */
const LEFT_MS = 20_000;

describe('a service that hangs', () => {
  let receiver: WebhookReceiver;
  let proxy: AwsProxy;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    proxy = await startAwsProxy(inject('endpoint'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    proxy.heal();
    receiver.heard.length = 0;
  });
  afterAll(async () => {
    receiver.close();
    await proxy.close();
  });

  it.each(['ReceiveMessage', 'DeleteMessageBatch'])(
    'does not outlast the invocation, and the run goes on: %s',
    async (operation) => {
      const stage = await prepareReplay(inject('endpoint'), {
        endpoint: receiver.url,
        through: proxy.url,
      });
      const ids = await stage.publish(['first', 'second']);
      const invoke = await loadReplay({ ...stage.environment, AWS_ENDPOINT_URL: proxy.url });
      proxy.fail(operation, 'hang');
      const began = Date.now();
      const said = await invoke({ webhook: 'ses-events', run: 'the-run' }, LEFT_MS);
      expect(Date.now() - began).toBeLessThan(LEFT_MS);
      expect(replayProgressSchema.parse(said).summary).toContain('interrupted');
      expect(proxy.requests.some((request) => request.operation === operation)).toBe(true);
      const times = receiver.times();
      expect([...times.keys()].every((id) => ids.includes(id))).toBe(true);
      expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(1);
    },
  );
});
