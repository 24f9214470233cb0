import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
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

const factSchema = z.looseObject({ type: z.string(), data: z.unknown() });

/**
 * Listens to the facts topic, as any user can, and keeps the newest report of every identity, its newest
 * failure, and every fact that is no report.
 */
export const hearReports = async (clients: LocalClients, factsTopicArn: string) => {
  const receive = await subscribe(clients, factsTopicArn, 'demo-reports');
  const newest = new Map<string, CheckReport>();
  const failures = new Map<string, CheckReport>();
  const facts: z.infer<typeof factSchema>[] = [];
  const keep = (reports: Map<string, CheckReport>, report: CheckReport): void => {
    const known = reports.get(identity(report));
    if (known === undefined || known.checkedAt <= report.checkedAt)
      reports.set(identity(report), report);
  };
  const hear = (body: string): void => {
    const content: unknown = JSON.parse(body);
    const fact = factSchema.safeParse(content);
    if (fact.success && fact.data.type !== CHECK_REPORTED) {
      facts.push(fact.data);
      return;
    }
    const parsed = checkReportedSchema.safeParse(content);
    if (!parsed.success) throw new Error(`not a ${CHECK_REPORTED}: ${body.slice(0, 500)}`);
    keep(newest, parsed.data.data);
    if (parsed.data.data.verdict === 'fail') keep(failures, parsed.data.data);
  };
  return {
    reports: (): CheckReport[] => [...newest.values()],
    /** What failed and passes now. */
    mended: (): CheckReport[] =>
      [...failures].flatMap(([id, report]) => (newest.get(id)?.verdict === 'fail' ? [] : [report])),
    /** The data of every fact of a type. */
    facts: (type: string): unknown[] =>
      facts.flatMap((fact) => (fact.type === type ? [fact.data] : [])),
    /** Takes everything that is there now. */
    listen: async (): Promise<void> => {
      for (let messages = await receive(); messages.length > 0; messages = await receive()) {
        for (const { Body = '' } of messages) hear(Body);
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
