import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishBatchCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { localClients } from '../../local/clients.ts';
import { countMessages } from '../../local/count-messages.ts';
import { createReplayTable } from '../../local/create-replay-table.ts';
import { lambdaContext, prepareFunction } from './function-stage.ts';

type Handler = (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

type Webhook = {
  endpoint: string;
  receiver?: 'strict' | 'idempotent';
  raw?: boolean;
  replayTo?: string[];
  /** What stands between the function and its dead letters; else the cloud itself. */
  through?: string;
};

/** A topic whose deliveries lie in a queue, as they would after an outage, and all that the replay has around it. */
export const prepareReplay = async (endpoint: string, webhook: Webhook) => {
  const { sns, sqs, dynamodb } = localClients(endpoint);
  const name = `replay-${randomUUID().slice(0, 8)}`;
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dlq` }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const { QueueArn = '' } = Attributes;
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: QueueArn,
      ...(webhook.raw === true ? { Attributes: { RawMessageDelivery: 'true' } } : {}),
    }),
  );
  const queueFor = (url: string): string =>
    webhook.through === undefined ? url : url.replace(new URL(url).origin, webhook.through);
  const table = await createReplayTable(dynamodb, `${name}-ledger`);
  const stage = await prepareFunction(
    'replay-dead-letters',
    `plan: mailblast
webhooks:
  ses-events:
    topic: ${TopicArn}
    endpoint: ${webhook.endpoint}
    receiver: ${webhook.receiver ?? 'strict'}
    raw-delivery: ${webhook.raw === true}
    dead-letters: { queue: ${queueFor(QueueUrl)}, replay-to: ${JSON.stringify(webhook.replayTo ?? [])} }
`,
  );
  const { s3 } = stage.clients;
  /** All that the table holds: messages, runs and their numbers. */
  const items = async () =>
    (await dynamodb.send(new ScanCommand({ TableName: table }))).Items ?? [];

  return {
    ...stage,
    topicArn: TopicArn,
    dlq: QueueUrl,
    table,
    environment: {
      ...stage.environment,
      LEDGER_TABLE: table,
      ARCHIVE_BUCKET: stage.ledgerBucket,
      POLL_SECONDS: '1',
    },
    /** Publishes events, which SNS puts into the queue; answers the ids that SNS gave them. */
    publish: async (messages: readonly string[]): Promise<string[]> => {
      const ids: string[] = [];
      for (let first = 0; first < messages.length; first += 10) {
        const { Successful = [] } = await sns.send(
          new PublishBatchCommand({
            TopicArn,
            PublishBatchRequestEntries: messages
              .slice(first, first + 10)
              .map((Message, index) => ({ Id: String(index), Message })),
          }),
        );
        ids.push(...Successful.map(({ MessageId = '' }) => MessageId));
      }
      return ids;
    },
    /** Puts bodies into the queue as they are. */
    putRaw: async (bodies: readonly string[]): Promise<void> => {
      for (let first = 0; first < bodies.length; first += 10) {
        await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl,
            Entries: bodies
              .slice(first, first + 10)
              .map((MessageBody, index) => ({ Id: String(index), MessageBody })),
          }),
        );
      }
    },
    /** Every fact that was published since the last call. */
    heardFacts: async (): Promise<unknown[]> =>
      (await stage.drain(stage.heard)).map(({ Body = '' }) => JSON.parse(Body)),
    depth: (): Promise<number> => countMessages(sqs, QueueUrl),
    items,
    entries: async () => (await items()).filter(({ sk }) => sk?.S === 'message'),
    /** The lines of the archive's objects below a folder. */
    archived: async (prefix: string): Promise<Record<string, unknown>[]> => {
      const Bucket = stage.ledgerBucket;
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
      const texts = await Promise.all(
        Contents.map(async ({ Key }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          return (await Body?.transformToString()) ?? '';
        }),
      );
      return texts.flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      );
    },
  };
};

/** The exported handler, started cold. */
export const loadReplay = async (environment: Record<string, string>) => {
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
  vi.resetModules();
  const loaded: { handler: Handler } = await import(
    '../../functions/replay-dead-letters/handler.ts'
  );
  return (event: unknown, remainingMs = 60_000) =>
    loaded.handler(event, lambdaContext(remainingMs));
};
