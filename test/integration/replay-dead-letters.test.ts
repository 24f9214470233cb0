import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { replayReportSchema } from '../../events/replay-ended/v1.ts';
import { loadReplay, prepareReplay } from '../support/replay-stage.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const events = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ eventType: index % 2 === 0 ? 'Delivery' : 'Bounce', mail: { index } }),
  );

describe('replay-dead-letters', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    receiver.heard.length = 0;
  });
  afterAll(() => receiver.close());

  it('sends what SNS left in the queue, each message once, and balances', async () => {
    const stage = await prepareReplay(inject('endpoint'), { endpoint: receiver.url });
    const ids = await stage.publish(events(250));
    const invoke = await loadReplay(stage.environment);
    const report = replayReportSchema.parse(await invoke({ webhook: 'ses-events' }));

    expect(report).toMatchObject({
      reason: 'finished',
      balanced: true,
      balance: { received: 250, done: 250, duplicates: 0, quarantined: 0, unknown: 0, pending: 0 },
    });
    expect([...receiver.times()].sort()).toEqual(ids.map((id) => [id, 1]).sort());
    expect(await stage.depth()).toBe(0);
    expect(await stage.archived('archive/')).toHaveLength(250);
  });
});
