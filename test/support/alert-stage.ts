import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { LOCAL_REGION } from '../../local/start-emulators.ts';
import { lambdaContext, prepareFunction } from './function-stage.ts';

type Handler = (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

type Message = { body: string; receives?: number; receiptHandle?: string };

/**
 * What the two alert functions find around them, on the emulator: besides the stage of any function, a
 * table and the channels' queues with their dead-letter queues.
 *
 * @param key of the table's items.
 */
export const prepareAlertFunction = async (service: string, planText: string, key: string) => {
  const stage = await prepareFunction(service, planText);
  const { dynamodb, sqs } = stage.clients;
  const name = `${service}-${randomUUID().slice(0, 8)}`;
  const TableName = `${name}-table`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
  const queuePrefix = `${name}-deliver-`;

  const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: known = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl, arn: known.QueueArn ?? '' };
  };

  return {
    ...stage,
    queuePrefix,
    table: TableName,
    /** A channel's queue and its dead-letter queue, as the deploy makes them. */
    createChannelQueue: async (channel: string, attributes: Record<string, string> = {}) => ({
      queue: await createQueue(`${queuePrefix}${channel}`, attributes),
      deadLetters: await createQueue(`${queuePrefix}${channel}-dead-letters`),
    }),
    items: async () => (await dynamodb.send(new ScanCommand({ TableName }))).Items ?? [],
    item: async (id: string) =>
      (await dynamodb.send(new GetItemCommand({ TableName, Key: { [key]: { S: id } } }))).Item,
    putItem: (Item: Record<string, { S: string } | { N: string }>) =>
      dynamodb.send(new PutItemCommand({ TableName, Item })),
    /** What Lambda's poller would hand over from a queue. */
    eventFrom: (arn: string, ...messages: Message[]) => ({
      Records: messages.map(({ body, receives = 1, receiptHandle }, index) => ({
        messageId: `message-${index}`,
        receiptHandle: receiptHandle ?? `handle-${index}`,
        body,
        attributes: { ApproximateReceiveCount: String(receives) },
        messageAttributes: {},
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: LOCAL_REGION,
      })),
    }),
    /** The exported handler, started cold: its environment is read once. */
    load: async (
      importHandler: () => Promise<{ handler: Handler }>,
      environment: Record<string, string>,
    ) => {
      for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
      vi.resetModules();
      const { handler } = await importHandler();
      return (event: unknown) => handler(event, lambdaContext());
    },
  };
};

export type AlertStage = Awaited<ReturnType<typeof prepareAlertFunction>>;

/** `reason` and `detail` of what stands in a dead-letter queue. */
export const deadLetterReasons = (
  messages: Awaited<ReturnType<AlertStage['drain']>>,
): { reason?: string; detail?: string }[] =>
  messages.map(({ MessageAttributes = {} }) => ({
    reason: MessageAttributes.reason?.StringValue,
    detail: MessageAttributes.detail?.StringValue,
  }));
