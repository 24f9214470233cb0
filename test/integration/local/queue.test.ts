import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';
import { localClients } from '../../../local/clients.ts';
import { countMessages } from '../../../local/count-messages.ts';

const { sqs } = localClients(inject('endpoint'));

const queueOf = async (messages: number): Promise<string> => {
  const QueueName = `mended-${randomUUID().slice(0, 8)}`;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  for (let first = 0; first < messages; first += 10) {
    const Entries = Array.from({ length: Math.min(10, messages - first) }, (_, index) => ({
      Id: String(index),
      MessageBody: String(first + index),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  return QueueUrl;
};

const receive = async (QueueUrl: string, VisibilityTimeout = 30) => {
  const ask = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout };
  return (await sqs.send(new ReceiveMessageCommand(ask))).Messages ?? [];
};

const remove = (QueueUrl: string, receipts: (string | undefined)[]) => {
  const entries = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
  return sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries }));
};

const bodies = (messages: { Body?: string }[]) => messages.map(({ Body }) => Number(Body));
const count = (queue: string): Promise<number> => countMessages(sqs, queue);

describe('a queue', () => {
  it('gives each message once while it is hidden, ten at most, and again after that', async () => {
    const url = await queueOf(25);
    const first = await receive(url, 1);
    const others = [...(await receive(url)), ...(await receive(url)), ...(await receive(url))];
    expect(bodies(first)).toHaveLength(10);
    expect(new Set([...bodies(first), ...bodies(others)]).size).toBe(25);
    await expect.poll(() => receive(url).then(bodies), { timeout: 5_000 }).toEqual(bodies(first));
  });

  it('deletes what a request names, and says which it does not know', async () => {
    const url = await queueOf(12);
    const messages = await receive(url);
    const receipts = messages.slice(0, 3).map(({ ReceiptHandle }) => ReceiptHandle);
    const answer = await remove(url, [...receipts, 'no-such-receipt', receipts[0]]);
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['0', '1', '2']);
    expect(answer.Failed?.map(({ Id }) => Id)).toEqual(['3', '4']);
    expect(await count(url)).toBe(9);
  });

  it('loses nothing by a request that is refused', async () => {
    const url = await queueOf(3);
    const [one] = await receive(url);
    const twice = [one, one].map((message) => ({ Id: 'a', ReceiptHandle: message?.ReceiptHandle }));
    const ask = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: twice });
    await expect(sqs.send(ask)).rejects.toThrow(/distinct|Id/);
    expect(await count(url)).toBe(3);
  });
});
