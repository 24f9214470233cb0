import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { VISIBILITY_SECONDS } from './batch-context.ts';
import type { Copy } from './copy.ts';
import type { Source } from './ports.ts';

/** What SQS takes in one request. */
const BATCH = 10;

/** All tries together. An invocation keeps more than this back for its end; what fails comes back by itself. */
const LONGEST_MS = 10_000;

const within = (ms: number) => ({ abortSignal: AbortSignal.timeout(ms) });

const groupsOf = (copies: readonly Copy[]): Copy[][] =>
  Array.from({ length: Math.ceil(copies.length / BATCH) }, (_, index) =>
    copies.slice(index * BATCH, (index + 1) * BATCH),
  );

const entries = (copies: readonly Copy[]) =>
  copies.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));

const failedOf = (copies: readonly Copy[], failed: readonly { Id?: string | undefined }[]) =>
  failed.flatMap(({ Id }) => copies.slice(Number(Id), Number(Id) + 1));

const sentAt = (text: string | undefined): Date | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? new Date(Number(text)) : undefined;

/** The dead-letter queue of a subscription. */
export const createSourceQueue = (
  sqs: SQSClient,
  QueueUrl: string,
  visibilitySeconds = VISIBILITY_SECONDS,
): Source => ({
  async receive(max, waitSeconds) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
      within(waitSeconds * 1_000 + LONGEST_MS),
    );
    return Messages.flatMap(({ MessageId, ReceiptHandle, Body, MessageAttributes, Attributes }) =>
      MessageId === undefined || ReceiptHandle === undefined
        ? []
        : [
            {
              id: MessageId,
              receipt: ReceiptHandle,
              body: Body ?? '',
              attributes: MessageAttributes ?? {},
              sentAt: sentAt(Attributes?.SentTimestamp),
            },
          ],
    );
  },

  async remove(copies) {
    const left = await Promise.all(
      groupsOf(copies).map(async (group) => {
        const { Failed = [] } = await sqs.send(
          new DeleteMessageBatchCommand({ QueueUrl, Entries: entries(group) }),
          within(LONGEST_MS),
        );
        return failedOf(group, Failed);
      }),
    );
    return left.flat();
  },

  async hide(copies, seconds) {
    await Promise.all(
      groupsOf(copies).map((group) =>
        sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl,
            Entries: entries(group).map((entry) => ({ ...entry, VisibilityTimeout: seconds })),
          }),
          within(LONGEST_MS),
        ),
      ),
    );
  },

  async depth() {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
      within(LONGEST_MS),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  },
});
