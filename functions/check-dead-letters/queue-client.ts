import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';

const ATTRIBUTES: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'MessageRetentionPeriod',
  'Policy',
  'RedrivePolicy',
  'KmsMasterKeyId',
];

const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** SQS leaves out what a queue does not have; the counts and the retention every queue has. */
const attributesSchema = z
  .object({
    ApproximateNumberOfMessages: count,
    ApproximateNumberOfMessagesNotVisible: count,
    ApproximateNumberOfMessagesDelayed: count,
    MessageRetentionPeriod: count,
    Policy: z.string().optional(),
    RedrivePolicy: z.string().optional(),
    KmsMasterKeyId: z.string().optional(),
  })
  .transform((fields) => ({
    visible: fields.ApproximateNumberOfMessages,
    inFlight: fields.ApproximateNumberOfMessagesNotVisible,
    delayed: fields.ApproximateNumberOfMessagesDelayed,
    retentionSeconds: fields.MessageRetentionPeriod,
    policy: fields.Policy,
    redrivePolicy: fields.RedrivePolicy,
    key: fields.KmsMasterKeyId,
  }));

/** What SQS says of a queue. Its counts are approximate. */
export type QueueAttributes = z.infer<typeof attributesSchema>;

/** A message that was received and stays in its queue. */
export type Peeked = { id: string; body: string; enqueuedAt: Date };

const messageSchema = z
  .object({
    MessageId: z.string(),
    Body: z.string().default(''),
    Attributes: z.object({ SentTimestamp: z.string().regex(/^\d{1,15}$/) }),
  })
  .transform(({ MessageId, Body, Attributes }) => ({
    id: MessageId,
    body: Body,
    enqueuedAt: new Date(Number(Attributes.SentTimestamp)),
  }));

export type QueueClient = {
  attributes(queue: string): Promise<QueueAttributes>;
  /**
   * Receives up to ten messages and hides them for some seconds, so that the next call gets others. Each
   * call counts as a receive of each of them.
   */
  peek(queue: string): Promise<Peeked[]>;
};

/** Long enough for a run's other receives; then they are there again for whoever works on the queue. */
const HIDDEN_SECONDS = 10;
const BATCH = 10;

/** Every error is thrown as the SDK throws it; TypeError where an answer is none. */
export const createQueueClient = (sqs: SQSClient): QueueClient => ({
  async attributes(queue) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ATTRIBUTES }),
    );
    const parsed = attributesSchema.safeParse(Attributes);
    if (!parsed.success) throw new TypeError('the answer of SQS has no counts in it');
    return parsed.data;
  },

  async peek(queue) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: HIDDEN_SECONDS,
        // One second makes SQS ask all of its servers, not a few of them.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    const parsed = z.array(messageSchema).safeParse(Messages);
    if (!parsed.success) throw new TypeError('the answer of SQS is no list of messages');
    return parsed.data;
  },
});
