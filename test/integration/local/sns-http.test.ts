import { randomUUID } from 'node:crypto';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { localClients } from '../../../local/clients.ts';
import { waitUntil } from '../../../local/wait-until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../local/webhook-receiver.ts';

const { sns, sqs } = localClients(inject('endpoint'));
const open: WebhookReceiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((receiver) => receiver.close()));
});

const until = <T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> =>
  waitUntil(async () => probe(), { deadlineMs: 20_000, everyMs: 50, what });

const createTopic = async (): Promise<string> => {
  const Name = `sns-http-${randomUUID().slice(0, 8)}`;
  return (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
};

const createQueue = async () => {
  const QueueName = `sns-http-${randomUUID().slice(0, 8)}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const take = async () =>
    (
      await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      )
    ).Messages?.[0];
  return { arn: Attributes?.QueueArn ?? '', take };
};

const subscribeTo = (TopicArn: string, Endpoint: string, Attributes: Record<string, string>) =>
  sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint, Attributes }));

const tokenOf = (receiver: WebhookReceiver, kind = 'SubscriptionConfirmation') =>
  until(`a ${kind}`, () => receiver.messages(kind).at(-1)?.Token);

/** A confirmed subscription of a real HTTP server, with a dead-letter queue. */
const subscribe = async (attributes: Record<string, string> = {}) => {
  const receiver = await startWebhookReceiver();
  open.push(receiver);
  const [topicArn, queue] = [await createTopic(), await createQueue()];
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue.arn });
  const all = { RedrivePolicy, ...attributes };
  await subscribeTo(topicArn, receiver.url, all);
  const Token = await tokenOf(receiver);
  const { SubscriptionArn } = await sns.send(
    new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }),
  );
  const publish = async (Message: string) => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'bounce' } };
    const command = new PublishCommand({ TopicArn: topicArn, Message, MessageAttributes });
    return (await sns.send(command)).MessageId;
  };
  return { receiver, topicArn, queue, publish, subscriptionArn: SubscriptionArn, attributes: all };
};

const listed = async (TopicArn: string): Promise<(string | undefined)[]> => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  return Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn);
};

describe('a delivery over HTTP', () => {
  it('says which message, topic and subscription it is', async () => {
    const { receiver, topicArn, publish, subscriptionArn } = await subscribe();
    const id = await publish('{"mail":1}');
    const one = await until('a delivery', () => receiver.received[1]);
    expect(one.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': id,
      'x-amz-sns-topic-arn': topicArn,
      'x-amz-sns-subscription-arn': subscriptionArn,
      'content-type': 'text/plain; charset=UTF-8',
    });
    expect(one.headers).not.toHaveProperty('x-amz-sns-rawdelivery');
    expect(receiver.table()).toEqual(new Map([[id, 1]]));
  });

  it.each([503, 429, 'reset', 'hang'] as const)(
    'that ends in %s is tried four times, and its envelope goes to the dead-letter queue',
    async (answer) => {
      const { receiver, queue, publish, topicArn } = await subscribe();
      receiver.answerWith(answer);
      const id = await publish('lost and found');
      const dead = await until('a dead letter', queue.take);
      const tries = receiver.received.slice(1);
      expect(tries.map(({ headers }) => headers['x-amz-sns-message-id'])).toEqual(
        Array(4).fill(id),
      );
      // The bytes that were to be delivered, each time.
      expect(new Set(tries.map(({ text }) => text))).toEqual(new Set([dead.Body]));
      expect(JSON.parse(dead.Body ?? '')).toMatchObject({
        Type: 'Notification',
        MessageId: id,
        TopicArn: topicArn,
        Message: 'lost and found',
        MessageAttributes: { kind: { Type: 'String', Value: 'bounce' } },
      });
      expect(dead.MessageId).not.toBe(id);
    },
  );

  it.each([404, 301])('that is answered %s is not tried again', async (answer) => {
    const { receiver, queue, publish } = await subscribe();
    receiver.answerWith(answer);
    await publish('x');
    await until('a dead letter', queue.take);
    expect(receiver.received.slice(1)).toHaveLength(1);
  });

  it('arrives when the endpoint is back before the last try, and nowhere else', async () => {
    const { receiver, queue, publish } = await subscribe();
    receiver.answerWith(500);
    const id = await publish('x');
    await until('a failed try', () => receiver.received[1]);
    receiver.answerWith(200);
    await until('a delivery', () => receiver.table().get(id ?? ''));
    expect(await queue.take()).toBeUndefined();
  });

  it('goes to the queue when nobody listens there', async () => {
    const { receiver, queue, publish } = await subscribe();
    await receiver.close();
    const id = await publish('x');
    const dead = await until('a dead letter', queue.take);
    expect(JSON.parse(dead.Body ?? '')).toMatchObject({ MessageId: id });
  });

  it('that is raw brings the text alone, to the endpoint and to the queue', async () => {
    const { receiver, queue, publish } = await subscribe({ RawMessageDelivery: 'true' });
    const id = await publish('only this');
    const one = await until('a delivery', () => receiver.received[1]);
    expect(one.text).toBe('only this');
    expect(one.headers).toMatchObject({
      'x-amz-sns-rawdelivery': 'true',
      'x-amz-sns-message-id': id,
    });
    receiver.answerWith(503);
    await publish('only that');
    const dead = await until('a dead letter', queue.take);
    expect(dead.Body).toBe('only that');
    expect(dead.MessageAttributes).toMatchObject({ kind: { StringValue: 'bounce' } });
  });
});

describe('a subscription over HTTP', () => {
  it('is pending, and hears nothing, until its token confirms it', async () => {
    const receiver = await startWebhookReceiver();
    open.push(receiver);
    const topicArn = await createTopic();
    const { SubscriptionArn } = await subscribeTo(topicArn, receiver.url, {});
    expect(SubscriptionArn).toBe('pending confirmation');
    expect(await listed(topicArn)).toEqual(['PendingConfirmation']);
    const Token = await tokenOf(receiver);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'before' }));
    const confirm = () => sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
    const { SubscriptionArn: arn } = await confirm();
    expect(await listed(topicArn)).toEqual([arn]);
    // It may be called twice.
    expect((await confirm()).SubscriptionArn).toBe(arn);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'after' }));
    await until('a delivery', () => receiver.messages('Notification')[0]);
    expect(receiver.messages('Notification')).toMatchObject([{ Message: 'after' }]);
  });

  it('is sent its token again when it is asked for again', async () => {
    const receiver = await startWebhookReceiver();
    open.push(receiver);
    const topicArn = await createTopic();
    await subscribeTo(topicArn, receiver.url, {});
    await subscribeTo(topicArn, receiver.url, {});
    await until('two', () => receiver.messages('SubscriptionConfirmation')[1]);
    expect(await listed(topicArn)).toHaveLength(1);
  });

  it('is named where ReturnSubscriptionArn asks for it', async () => {
    const { topicArn, receiver, subscriptionArn } = await subscribe();
    const other = await createTopic();
    const command = { Protocol: 'http', Endpoint: receiver.url, ReturnSubscriptionArn: true };
    const again = await sns.send(new SubscribeCommand({ ...command, TopicArn: topicArn }));
    expect(again.SubscriptionArn).toBe(subscriptionArn);
    const pending = await sns.send(new SubscribeCommand({ ...command, TopicArn: other }));
    expect(pending.SubscriptionArn).toMatch(`${other}:`);
  });

  it('is refused where one with other attributes is there', async () => {
    const { topicArn, receiver, attributes } = await subscribe();
    await subscribeTo(topicArn, receiver.url, attributes);
    await expect(
      subscribeTo(topicArn, receiver.url, { RawMessageDelivery: 'true' }),
    ).rejects.toThrow('Subscription already exists with different attributes');
  });

  it('is confirmed by its token though another topic is named', async () => {
    const receiver = await startWebhookReceiver();
    open.push(receiver);
    const [topicArn, other] = [await createTopic(), await createTopic()];
    await subscribeTo(topicArn, receiver.url, {});
    const Token = await tokenOf(receiver);
    const command = new ConfirmSubscriptionCommand({ TopicArn: other, Token });
    expect((await sns.send(command)).SubscriptionArn).toMatch(`${topicArn}:`);
  });

  it('hears of its end, and is restored by the token that it got', async () => {
    const { topicArn, receiver, subscriptionArn, publish } = await subscribe();
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    expect(await listed(topicArn)).toEqual([]);
    const Token = await tokenOf(receiver, 'UnsubscribeConfirmation');
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
    expect(await listed(topicArn)).toEqual([subscriptionArn]);
    const id = await publish('x');
    await until('a delivery', () => receiver.table().get(id ?? ''));
  });
});
