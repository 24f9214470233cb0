/**
 * One run of replay-dead-letters in a process of its own, through its handler: the command comes over its
 * queue, and what it hands on to itself is fed to it again, as Lambda does. Prints how many invocations it took,
 * and how much memory.
 */
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { handler } from '../functions/replay-dead-letters/handler.ts';
import { localClients } from '../local/clients.ts';

const { ENDPOINT, QUEUE_URL, COMMAND } = z
  .object({ ENDPOINT: z.url(), QUEUE_URL: z.url(), COMMAND: z.string() })
  .parse(process.env);
const { sqs } = localClients(ENDPOINT);

/** Of the function, in function.yml. */
const TIMEOUT_MS = 300_000;

const invoke = async (body: string): Promise<void> => {
  const deadline = Date.now() + TIMEOUT_MS;
  const context = {
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  } satisfies Partial<Context>;
  const record = {
    messageId: crypto.randomUUID(),
    receiptHandle: 'bench',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:bench-replay',
    awsRegion: 'us-east-1',
  };
  const answer: unknown = await Reflect.apply(handler, undefined, [{ Records: [record] }, context]);
  const { batchItemFailures } = z.object({ batchItemFailures: z.array(z.unknown()) }).parse(answer);
  if (batchItemFailures.length > 0) throw new Error('replay-dead-letters failed');
};

let body: string | undefined = COMMAND;
let invocations = 0;
while (body !== undefined) {
  await invoke(body);
  invocations += 1;
  const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: QUEUE_URL }));
  const next = received.Messages?.[0];
  body = next?.Body;
  if (next === undefined) break;
  const { ReceiptHandle } = next;
  await sqs.send(new DeleteMessageCommand({ QueueUrl: QUEUE_URL, ReceiptHandle }));
}
const maxRssMb = process.resourceUsage().maxRSS / 1_024;
// What is still held when the garbage is gone; V8 lets much of it lie as long as there is room.
globalThis.gc?.();
const heapMb = process.memoryUsage().heapUsed / 1_048_576;
process.stdout.write(`${JSON.stringify({ invocations, heapMb, maxRssMb })}\n`);
