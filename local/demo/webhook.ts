import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  PublishBatchCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { LocalClients } from '../clients.ts';
import { waitUntil } from '../wait-until.ts';
import type { WebhookReceiver } from '../webhook-receiver.ts';

const BATCH = 10;
const FOURTEEN_DAYS = '1209600';

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** Without it SNS could not put anything into the queue. */
const policyFor = (queueArn: string, topicArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });

/** MailBlast's topic, its dead-letter queue, and its endpoint subscribed, as they were before Lifeboat. */
export const openWebhook = async (
  { sns, sqs }: LocalClients,
  { topic, deadLetters }: WebhookPolicy,
  receiver: WebhookReceiver,
) => {
  const DeadLetters = lastPart(deadLetters?.arn ?? '');
  await sns.send(new CreateTopicCommand({ Name: lastPart(topic) }));
  const Attributes = {
    MessageRetentionPeriod: FOURTEEN_DAYS,
    Policy: policyFor(deadLetters?.arn ?? '', topic),
  };
  await sqs.send(new CreateQueueCommand({ QueueName: DeadLetters, Attributes }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters?.arn });
  const subscription = { TopicArn: topic, Protocol: 'http', Endpoint: receiver.url };
  await sns.send(new SubscribeCommand({ ...subscription, Attributes: { RedrivePolicy } }));
  const Token = await waitUntil(
    async () => receiver.messages('SubscriptionConfirmation').at(-1)?.Token,
    { deadlineMs: 10_000, what: 'a SubscriptionConfirmation' },
  );
  // An application confirms once, when it is set up.
  const AuthenticateOnUnsubscribe = 'true';
  await sns.send(
    new ConfirmSubscriptionCommand({ TopicArn: topic, Token, AuthenticateOnUnsubscribe }),
  );
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: DeadLetters }));

  const publish = async (first: number): Promise<string[]> => {
    const entry = (index: number) => ({
      Id: String(index),
      Message: JSON.stringify({
        eventType: 'Bounce',
        mail: { messageId: `mail-${first + index}` },
      }),
    });
    const PublishBatchRequestEntries = Array.from({ length: BATCH }, (_, index) => entry(index));
    const { Successful = [] } = await sns.send(
      new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries }),
    );
    return Successful.map(({ MessageId = '' }) => MessageId);
  };

  return {
    /** Publishes events, a multiple of ten. Answers their SNS MessageIds. */
    publish: async (events: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let first = 0; first < events; first += BATCH) ids.push(...(await publish(first)));
      return ids;
    },
    /** Dead letters that wait, by the queue's own count. */
    deadLetters: async (): Promise<number> => {
      const AttributeNames = ['ApproximateNumberOfMessages' as const];
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
      return Number((await sqs.send(asked)).Attributes?.ApproximateNumberOfMessages);
    },
    /**
     * A confirmation that SNS never signed: the topic is the plan's, the certificate's host only looks
     * like SNS.
     */
    forge: async (queueUrl: string): Promise<void> => {
      const forged = {
        Type: 'SubscriptionConfirmation',
        MessageId: crypto.randomUUID(),
        Token: '2336412f37fb687f5d51e6e2425ba1f2',
        TopicArn: topic,
        Message: `You have chosen to subscribe to the topic ${topic}.`,
        SubscribeURL: 'https://sns.us-east-1.amazonaws.com.example/?Action=ConfirmSubscription',
        Timestamp: new Date().toISOString(),
        SignatureVersion: '1',
        Signature: Buffer.from('somebody else').toString('base64'),
        SigningCertURL:
          'https://sns.us-east-1.amazonaws.com.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
      };
      const MessageBody = JSON.stringify(forged);
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    },
  };
};

export type DemoWebhook = Awaited<ReturnType<typeof openWebhook>>;
