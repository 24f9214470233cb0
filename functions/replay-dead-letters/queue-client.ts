import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Item } from './copy.ts';
import type { Answer } from './decide-answer.ts';
import type { Destination } from './ports.ts';
import { sentAttributes } from './sent-attributes.ts';
import { answerOfEntry, answerOfFailure } from './service-failure.ts';

const BATCH = 10;
/** SQS takes 1 MiB in one request, of one message or of ten. */
const BATCH_BYTES = 1_000_000;

/** One group for each topic keeps the order that SNS had; a queue of its own deduplicates for five minutes. */
const fifoFields = (item: Item) => ({
  MessageGroupId: (item.topic ?? 'raw').split(':').at(-1),
  MessageDeduplicationId: item.idempotencyKey,
});

const groupsOf = (items: readonly Item[]): Item[][] => {
  const groups: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = Buffer.byteLength(item.copy.body) + 4_096;
    const group = groups.at(-1);
    if (group === undefined || group.length === BATCH || bytes + size > BATCH_BYTES) {
      groups.push([item]);
      bytes = size;
    } else {
      group.push(item);
      bytes += size;
    }
  }
  return groups;
};

/** A queue, standard or FIFO: the original body and attributes, and the original id. */
export const createQueueClient = (sqs: SQSClient, QueueUrl: string): Destination => {
  const isFifo = QueueUrl.endsWith('.fifo');
  const sendGroup = async (items: readonly Item[]): Promise<Answer[]> => {
    try {
      const { Successful = [], Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: items.map((item, index) => ({
            Id: String(index),
            MessageBody: item.copy.body,
            MessageAttributes: sentAttributes(item),
            ...(isFifo ? fifoFields(item) : {}),
          })),
        }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      return items.map((_, index): Answer => {
        if (taken.has(String(index))) return { answer: 'taken' };
        const failed = Failed.find(({ Id }) => Id === String(index));
        if (failed === undefined) return { answer: 'none', reason: 'no answer for this message' };
        return answerOfEntry(failed.Code ?? 'unknown', failed.SenderFault === true);
      });
    } catch (error) {
      const answer = answerOfFailure(error);
      // Nothing says which of them it is about; alone each one has its own answer.
      return answer.answer === 'refused' && items.length > 1
        ? (await Promise.all(items.map((item) => sendGroup([item])))).flat()
        : items.map(() => answer);
    }
  };
  return {
    id: `queue:${QueueUrl}`,
    batch: BATCH,
    send: async (items) => {
      const answers: Answer[] = [];
      for (const group of groupsOf(items)) answers.push(...(await sendGroup(group)));
      return answers;
    },
  };
};
