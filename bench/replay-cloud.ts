import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  PublishBatchCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { localClients } from '../local/clients.ts';
import { countMessages } from '../local/count-messages.ts';
import { waitUntil } from '../local/wait-until.ts';

const BATCH = 10;
/** An event of SES in the size that it has. */
const TEXT = 'x'.repeat(900);

const countsSchema = z.object({
  requests: z.number(),
  distinct: z.number(),
  broken: z.number(),
  token: z.string().optional(),
});

export const startReceiver = async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'replay-receiver.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface(child.stdout), 'line');
  const url = `http://127.0.0.1:${z.string().regex(/^\d+$/).parse(port)}`;
  const counts = async () => countsSchema.parse(await (await fetch(`${url}/_counts`)).json());
  return {
    webhook: `${url}/api/webhooks/sns`,
    counts,
    reset: () => fetch(`${url}/_reset`),
    /** Until every message has come; the seconds that the asking takes are not worth speaking of. */
    waitFor: (messages: number) =>
      waitUntil(async () => ((await counts()).distinct >= messages ? true : undefined), {
        deadlineMs: 60_000,
        everyMs: 20,
        what: `${messages} messages at the endpoint`,
      }),
    close: () => child.kill(),
  };
};

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/**
 * A dead-letter queue that fills with real envelopes, an empty queue, and a topic that the endpoint is
 * subscribed to: the places that messages can be replayed to.
 */
export const openReplayCloud = async (endpoint: string, receiver: Receiver) => {
  const { sns, sqs } = localClients(endpoint);
  const queue = async (QueueName: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  const topic = async (Name: string): Promise<string> =>
    (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
  const subscribe = (TopicArn: string, Protocol: string, Endpoint: string | undefined) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));

  const [deadLetters, target] = [await queue('bench-dlq'), await queue('bench-target')];
  const [events, replayed] = [await topic('bench-events'), await topic('bench-replayed')];
  const asked = { QueueUrl: deadLetters, AttributeNames: ['QueueArn' as const] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
  await subscribe(events, 'sqs', Attributes?.QueueArn);
  await subscribe(replayed, 'http', receiver.webhook);
  const Token = await waitUntil(async () => (await receiver.counts()).token, {
    deadlineMs: 10_000,
    what: 'a SubscriptionConfirmation',
  });
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn: replayed, Token }));

  const publish = async (first: number): Promise<void> => {
    const entry = (index: number) => ({
      Id: String(index),
      Message: JSON.stringify({ eventType: 'Bounce', mail: first + index, path: 'C:\\in', TEXT }),
    });
    const PublishBatchRequestEntries = Array.from({ length: BATCH }, (_, index) => entry(index));
    await sns.send(new PublishBatchCommand({ TopicArn: events, PublishBatchRequestEntries }));
  };
  const count = (queue: string): Promise<number> => countMessages(sqs, queue);
  return {
    endpoint,
    deadLetters,
    target,
    eventsTopic: events,
    webhook: receiver.webhook,
    /** Publishes a number of events, a multiple of ten, whose envelopes come to the dead-letter queue. */
    fill: async (messages: number): Promise<void> => {
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < messages) {
          const first = next;
          next += BATCH;
          await publish(first);
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
    },
    empty: () => sqs.send(new PurgeQueueCommand({ QueueUrl: deadLetters })),
    /** How many messages a queue holds, those in flight among them. */
    count,
  };
};

export type ReplayCloud = Awaited<ReturnType<typeof openReplayCloud>>;
