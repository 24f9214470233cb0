import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Item } from '../../../../functions/replay-dead-letters/copy.ts';
import { identify } from '../../../../functions/replay-dead-letters/identify.ts';
import { createQueueClient } from '../../../../functions/replay-dead-letters/queue-client.ts';
import { createTopicClient } from '../../../../functions/replay-dead-letters/topic-client.ts';
import { envelope, idOf } from '../../../support/crash-stage.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:elsewhere';
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/elsewhere';

const settings = {
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
};

const itemOf = (index: number, body = envelope(idOf(index))): Item =>
  identify(
    { id: `copy-${index}`, receipt: '', body, attributes: {} },
    { destination: 'd', topic: TOPIC, rawDelivery: false },
  );

const failure = (name: string, more: object) => Object.assign(new Error('planted'), { name }, more);
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

type Answering = (input: Record<string, unknown>) => object;

/** In place of the service. */
const inPlace =
  (answer: Answering) =>
  () =>
  async ({ input }: { input: object }) => ({
    output: { $metadata: {}, ...answer({ ...input }) },
    response: undefined,
  });

const queueWith = (answer: Answering) => {
  const sqs = new SQSClient(settings);
  sqs.middlewareStack.add(inPlace(answer), { step: 'initialize', priority: 'high' });
  return createQueueClient(sqs, QUEUE);
};

const topicWith = (answer: Answering) => {
  const sns = new SNSClient(settings);
  sns.middlewareStack.add(inPlace(answer), { step: 'initialize', priority: 'high' });
  return createTopicClient(sns, TOPIC);
};

const entriesSchema = z.array(z.object({ Id: z.string(), MessageBody: z.string() }));

const raise = (error: Error) => () => {
  throw error;
};

describe('a service that does not take a message', () => {
  it.each<[string, Error, string]>([
    ['was not reached', failure('Error', { code: 'ECONNREFUSED' }), 'unsent'],
    ['has no such name', failure('Error', { code: 'ENOTFOUND' }), 'unsent'],
    ['breaks off after it was asked', failure('Error', { code: 'ECONNRESET' }), 'none'],
    ['is gone while it is asked', failure('Error', { code: 'EPIPE' }), 'none'],
    ['does not answer', failure('TimeoutError', {}), 'none'],
    ['has a fault of its own', failure('InternalFailure', status(500)), 'none'],
    ['is asked too often', failure('ThrottlingException', status(400)), 'unsent'],
    ['lets nobody in', failure('AccessDeniedException', status(403)), 'unsent'],
    ['says no', failure('KMSDisabledException', status(400)), 'unsent'],
    ['finds it too long', failure('InvalidParameterException', status(400)), 'refused'],
  ])('%s', async (_, error, expected) => {
    for (const { send } of [topicWith(raise(error)), queueWith(raise(error))]) {
      const [answer] = await send([itemOf(0)]);
      expect(answer?.answer).toBe(expected);
    }
  });

  it('takes the others of its batch', async () => {
    const asked: number[] = [];
    const queue = queueWith(({ Entries }) => {
      const entries = entriesSchema.parse(Entries);
      asked.push(entries.length);
      if (entries.some(({ MessageBody }) => MessageBody.includes(idOf(1))))
        throw failure('BatchRequestTooLong', status(400));
      return { Successful: entries.map(({ Id }) => ({ Id })) };
    });
    const answers = await queue.send([0, 1, 2].map((index) => itemOf(index)));
    expect(answers).toEqual([
      { answer: 'taken' },
      { answer: 'refused', reason: 'refused (BatchRequestTooLong)' },
      { answer: 'taken' },
    ]);
    expect(asked).toEqual([3, 1, 1, 1]);
  });
});

describe('what a topic is given', () => {
  const attributesFor = async (count: number) => {
    const given: Record<string, unknown>[] = [];
    const topic = topicWith((input) => {
      given.push(Object(input.MessageAttributes));
      return {};
    });
    const own = Array.from({ length: count }, (_, index) => [
      `a${index}`,
      { Type: index === 0 ? 'Binary' : 'String.Array', Value: index === 0 ? 'AP8=' : '["x"]' },
    ]);
    const body = JSON.stringify({
      ...JSON.parse(envelope(idOf(0))),
      MessageAttributes: Object.fromEntries(own),
    });
    await topic.send([itemOf(0, body)]);
    return given[0] ?? {};
  };

  it('is all of its attributes, of every type, and the original id', async () => {
    expect(await attributesFor(2)).toEqual({
      a0: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      a1: { DataType: 'String.Array', StringValue: '["x"]' },
      'lifeboat.original-message-id': { DataType: 'String', StringValue: idOf(0) },
    });
  });

  it('is no more than ten, since SNS throws away what it delivers raw with more', async () => {
    expect(Object.keys(await attributesFor(10))).toEqual(
      Array.from({ length: 10 }, (_, index) => `a${index}`),
    );
  });
});
