/**
 * The plainest batch mover that there can be, in a process of its own: receive ten, send ten, delete ten,
 * ten at a time in parallel, until the queue is empty. No ledger, no archive: what it does twice, or
 * loses in a crash, nobody knows.
 */
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { localClients } from '../local/clients.ts';

const RECEIVERS = 10;
const EMPTY = 3;

const { ENDPOINT, QUEUE_URL, DESTINATION } = z
  .object({ ENDPOINT: z.url(), QUEUE_URL: z.url(), DESTINATION: z.url() })
  .parse(process.env);
const { sqs } = localClients(ENDPOINT);

const post = async ({ Body = '' }: Message): Promise<void> => {
  const response = await fetch(DESTINATION, { method: 'POST', body: Body });
  await response.text();
  if (!response.ok) throw new Error(`${DESTINATION} answered ${response.status}`);
};

const send = async (messages: Message[]): Promise<void> => {
  if (!DESTINATION.startsWith(ENDPOINT)) {
    await Promise.all(messages.map(post));
    return;
  }
  const Entries = messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: DESTINATION, Entries }));
};

const move = async (): Promise<number> => {
  let [moved, empty] = [0, 0];
  while (empty < EMPTY) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10 }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    if (Messages.length === 0) continue;
    await send(Messages);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries }));
    moved += Messages.length;
  }
  return moved;
};

const started = performance.now();
const moved = (await Promise.all(Array.from({ length: RECEIVERS }, move))).reduce((a, b) => a + b);
const seconds = (performance.now() - started) / 1_000;
const maxRssMb = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(`${JSON.stringify({ messages: moved, seconds, maxRssMb })}\n`);
