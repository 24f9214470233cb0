import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { replayReportSchema } from '../../events/replay-ended/v1.ts';
import { createReplayLedger } from '../../functions/replay-dead-letters/replay-ledger.ts';
import { createRunsStore } from '../../functions/replay-dead-letters/runs-store.ts';
import { createSourceQueue } from '../../functions/replay-dead-letters/source-queue-client.ts';
import { localClients } from '../../local/clients.ts';
import { createReplayTable } from '../../local/create-replay-table.ts';
import { describeSource } from '../support/dead-letter-source-suite.ts';
import { describeReplayLedger } from '../support/replay-ledger-suite.ts';
import { prepareReplay } from '../support/replay-stage.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const CHILD = join(import.meta.dirname, '..', 'support', 'replay-crash-child.ts');
const MESSAGES = 300;

/** Of about 900 points: in the first request, between ledger and receiver, deep inside, near the end. */
const KILLS = [9, 171, 340];

describeReplayLedger('DynamoDB', async () => {
  const { dynamodb } = localClients(inject('endpoint'));
  const table = await createReplayTable(dynamodb, `ledger-${randomUUID().slice(0, 8)}`);
  return { ledger: createReplayLedger(dynamodb, table), runs: createRunsStore(dynamodb, table) };
});

describeSource('SQS', async (bodies) => {
  const { sqs } = localClients(inject('endpoint'));
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `source-${randomUUID().slice(0, 8)}` }),
  );
  for (let first = 0; first < bodies.length; first += 10) {
    const Entries = bodies
      .slice(first, first + 10)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  return createSourceQueue(sqs, QueueUrl);
});

describe('a replay in a process of its own', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  afterAll(() => receiver.close());

  const live = async (environment: Record<string, string>, life: number, killAt: number) => {
    const child = spawn(process.execPath, [CHILD], {
      env: {
        ...process.env,
        ...environment,
        LIFE: String(life),
        KILL_AT: String(killAt),
        COMMAND: JSON.stringify({ webhook: 'ses-events', run: 'the-run' }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [, signal] = await once(child, 'close');
    return signal === null ? JSON.parse(said).said : String(signal);
  };

  it('is killed with SIGKILL, three times over: nothing is lost, nothing doubled, and it balances', {
    timeout: 120_000,
  }, async () => {
    const stage = await prepareReplay(inject('endpoint'), { endpoint: receiver.url });
    const ids = await stage.publish(
      Array.from({ length: MESSAGES }, (_, index) => `event ${index}`),
    );
    for (const [life, killAt] of KILLS.entries()) {
      expect(await live(stage.environment, life, killAt)).toBe('SIGKILL');
    }
    let last: unknown;
    for (let life = KILLS.length; life < KILLS.length + 8; life += 1) {
      last = await live(stage.environment, life, Number.POSITIVE_INFINITY);
      if (replayReportSchema.safeParse(last).success) break;
    }
    const report = replayReportSchema.parse(last);
    const { balance } = report;
    expect(report).toMatchObject({ reason: 'finished', balanced: true, balance: { pending: 0 } });
    expect(balance.done + balance.unknown).toBe(MESSAGES);

    const times = receiver.times();
    expect(Math.max(...times.values())).toBe(1);
    const parked = new Set((await stage.archived('unknown/')).map(({ messageId }) => messageId));
    const unseen = ids.filter((id) => !times.has(id));
    expect(unseen.filter((id) => !parked.has(id))).toEqual([]);
    expect(balance.unknown).toBeLessThanOrEqual(50 * KILLS.length);
    expect(await stage.depth()).toBe(0);
  });
});
