import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import {
  CHECK_REPORTED,
  type CheckReport,
  checkReportedSchema,
} from '../../events/check-reported/v1.ts';
import type { LocalClients } from '../clients.ts';

/** A queue of one's own on a topic, and everything that has come to it. */
const subscribe = async ({ sns, sqs }: LocalClients, topicArn: string, name: string) => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return async (): Promise<Message[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) return [];
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages;
  };
};

const identity = ({ check, subject }: CheckReport): string =>
  `${check} ${subject.kind} ${subject.id}`;

/** Listens to the facts topic, as any user can, and keeps the newest report of every identity. */
export const hearReports = async (clients: LocalClients, factsTopicArn: string) => {
  const receive = await subscribe(clients, factsTopicArn, 'demo-reports');
  const newest = new Map<string, CheckReport>();
  return {
    reports: (): CheckReport[] => [...newest.values()],
    /** Takes everything that is there now. */
    listen: async (): Promise<void> => {
      for (let messages = await receive(); messages.length > 0; messages = await receive()) {
        for (const { Body = '' } of messages) {
          const content: unknown = JSON.parse(Body);
          const parsed = checkReportedSchema.safeParse(content);
          if (!parsed.success) throw new Error(`not a ${CHECK_REPORTED}: ${Body.slice(0, 500)}`);
          const { data } = parsed.data;
          const known = newest.get(identity(data));
          if (known === undefined || known.checkedAt <= data.checkedAt)
            newest.set(identity(data), data);
        }
      }
    },
  };
};

/** Reads the mails that SNS would send, by a queue on the same topic. */
export const hearMails = async (clients: LocalClients, topicArn: string) => {
  const receive = await subscribe(clients, topicArn, 'demo-mails');
  const mails: string[] = [];
  return {
    mails,
    listen: async (): Promise<void> => {
      for (let messages = await receive(); messages.length > 0; messages = await receive()) {
        mails.push(...messages.map(({ Body = '' }) => Body));
      }
    },
  };
};
