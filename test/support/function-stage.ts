import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { afterAll, inject } from 'vitest';
import { type CheckReported, checkReportedSchema } from '../../events/check-reported/v1.ts';
import { localClients } from '../../local/clients.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/start-emulators.ts';
import { parsePlan } from '../../shared/plan/load-plan.ts';

type Put = Partial<
  Omit<ConstructorParameters<typeof PutObjectCommand>[0], 'Bucket' | 'Key' | 'Body'>
>;

/** Bundled plans of this process. */
const planFolder = mkdtempSync(join(tmpdir(), 'lifeboat-plans-'));
// At the end of each test file that loads this; a worker of vitest is ended without an "exit".
afterAll(() => rmSync(planFolder, { recursive: true, force: true }));

/** What Lambda gives a handler besides the event. */
export const lambdaContext = (remainingMs = 60_000): Context => ({
  awsRequestId: randomUUID(),
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'under-test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:under-test',
  logGroupName: '/aws/lambda/under-test',
  logStreamName: 'test',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
});

/**
 * Everything that a deployed function finds around it, on the emulator: the facts topic with a queue
 * that hears all of it, a ledger bucket, a queue with its dead-letter queue, the bundled plan, and the
 * environment. Names are unique, so tests do not meet.
 */
export const prepareFunction = async (service: string, planText: string) => {
  const endpoint = inject('endpoint');
  const clients = localClients(endpoint);
  const { s3, sns, sqs } = clients;
  const name = `${service}-${randomUUID().slice(0, 8)}`;
  const { document, plan } = parsePlan(planText, { file: 'test.yml', stage: 'local', env: {} });
  const planFile = join(planFolder, `${name}.json`);
  writeFileSync(planFile, JSON.stringify({ digest: plan.digest, document }));

  const createQueue = async (queue: string) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl, arn: Attributes.QueueArn ?? '' };
  };
  const ledgerBucket = `${name}-ledger`;
  await s3.send(new CreateBucketCommand({ Bucket: ledgerBucket }));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `${name}-facts` }));
  const heard = await createQueue(`${name}-heard`);
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: heard.arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const queue = await createQueue(name);
  const deadLetters = await createQueue(`${name}-dead-letters`);

  /** Everything on a queue now, taken off it. */
  const drain = async ({ url }: { url: string }) => {
    const all = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      for (const message of Messages) {
        all.push(message);
        await sqs.send(
          new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }),
        );
      }
    }
  };

  return {
    endpoint,
    clients,
    plan,
    queue,
    deadLetters,
    drain,
    ledgerBucket,
    heard,
    environment: {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_RDS: inject('rdsEndpoint'),
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      STAGE: 'local',
      SERVICE: service,
      FACTS_TOPIC_ARN: TopicArn,
      PLAN_FILE: planFile,
      LEDGER_BUCKET: ledgerBucket,
      QUEUE_URL: queue.url,
    } satisfies Record<string, string>,
    createBucket: (bucket: string) => s3.send(new CreateBucketCommand({ Bucket: bucket })),
    put: (bucket: string, key: string, body: Buffer | string, more: Put = {}) =>
      s3.send(new PutObjectCommand({ ...more, Bucket: bucket, Key: key, Body: body })),
    remove: (bucket: string, key: string) =>
      s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
    /** Every report that was published since the last call. */
    reports: async (): Promise<CheckReported[]> =>
      (await drain(heard)).map(({ Body = '' }) => checkReportedSchema.parse(JSON.parse(Body))),
    /** What Lambda's poller would hand over. */
    queueEvent: (...bodies: string[]) => ({
      Records: bodies.map((body, index) => ({
        messageId: `message-${index}`,
        receiptHandle: `handle-${index}`,
        body,
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: {},
        eventSource: 'aws:sqs',
        eventSourceARN: queue.arn,
        awsRegion: LOCAL_REGION,
      })),
    }),
  };
};

export type FunctionStage = Awaited<ReturnType<typeof prepareFunction>>;
