import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Puts a message on the function's own queue, as it came. Sending one twice is harmless. */
export type OwnQueue = (body: string) => Promise<void>;

export const createOwnQueue =
  (sqs: SQSClient, queueUrl: string): OwnQueue =>
  async (body) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  };
