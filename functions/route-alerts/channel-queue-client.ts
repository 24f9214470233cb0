import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from './outbox.ts';

/** Resolves when the command is in the queue of its channel. Sending twice is harmless. */
export type SendCommand = (command: Command) => Promise<void>;

/** @param prefix of the queues' names; the rest is the channel's name. */
export const createChannelQueueClient = (sqs: SQSClient, prefix: string): SendCommand => {
  const urls = new Map<string, string>();
  const findUrl = async (channel: string): Promise<string> => {
    const known = urls.get(channel);
    if (known !== undefined) return known;
    const { QueueUrl = '' } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: `${prefix}${channel}` }),
    );
    urls.set(channel, QueueUrl);
    return QueueUrl;
  };
  return async (command) => {
    const QueueUrl = await findUrl(command.data.channel);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(command) }));
  };
};
