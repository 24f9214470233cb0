import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Item } from './copy.ts';
import type { Answer } from './decide-answer.ts';
import type { Destination } from './ports.ts';
import { publishedOf } from './published-message.ts';
import { withOriginalId } from './sent-attributes.ts';
import { answerOfFailure } from './service-failure.ts';

/**
 * A topic: the published message again, under a new MessageId, to every subscriber. The original id stands
 * in an attribute.
 */
export const createTopicClient = (sns: SNSClient, TopicArn: string): Destination => {
  const isFifo = TopicArn.endsWith('.fifo');
  const publish = async (item: Item): Promise<Answer> => {
    const { message, subject, attributes } = publishedOf(item);
    try {
      await sns.send(
        new PublishCommand({
          TopicArn,
          Message: message,
          Subject: subject,
          MessageAttributes: withOriginalId(attributes, item),
          ...(isFifo
            ? { MessageGroupId: 'replay', MessageDeduplicationId: item.idempotencyKey }
            : {}),
        }),
      );
      return { answer: 'taken' };
    } catch (error) {
      return answerOfFailure(error);
    }
  };
  return { id: `topic:${TopicArn}`, batch: 1, send: (items) => Promise.all(items.map(publish)) };
};
