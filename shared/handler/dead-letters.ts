import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { RetryLaterError, UnprocessableMessageError } from './message-errors.ts';

/** What becomes of a message whose processing failed. */
export type Failure =
  | { outcome: 'dead'; reason: string; detail: string }
  | { outcome: 'retry'; detail: string; afterSeconds: number };

const MAX_VISIBILITY_SECONDS = 43_200;

const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 900;

/** A queue hides a message for as long as its work may take, which is no measure for a passing fault. */
const backoffSeconds = (receives: number): number =>
  Math.min(FIRST_WAIT_SECONDS * 2 ** (receives - 1), LONGEST_WAIT_SECONDS);

/**
 * Pure: the last permitted receive and a permanent fault end a message, everything else retries: when the
 * fault says, else after half a minute, then twice as long each time, 15 minutes at most.
 */
export const decideFailure = (error: unknown, receives: number, maxReceives: number): Failure => {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (error instanceof UnprocessableMessageError)
    return { outcome: 'dead', reason: error.reason, detail };
  if (receives >= maxReceives) return { outcome: 'dead', reason: 'retries-exhausted', detail };
  const afterSeconds =
    error instanceof RetryLaterError
      ? Math.min(Math.max(0, Math.ceil(error.afterSeconds)), MAX_VISIBILITY_SECONDS)
      : backoffSeconds(receives);
  return { outcome: 'retry', detail, afterSeconds };
};

/** By convention every queue `x` has its dead-letter queue `x-dead-letters` beside it. */
const DEAD_LETTERS = '-dead-letters';

const queueUrl = (endpoint: string, arn: string, suffix = ''): string => {
  const [account = '', name = ''] = arn.split(':').slice(4);
  return `${endpoint}/${account}/${name}${suffix}`;
};

export type FailureHandler = (record: SQSRecord, failure: Failure) => Promise<'settled' | 'retry'>;

/** Attribute values may hold 256 KB together; a reason needs less. */
const MAX_DETAIL = 1_000;

const text = (value: string) => ({
  DataType: 'String',
  StringValue: value.slice(0, MAX_DETAIL) || '-',
});

/**
 * Moves a dead message to the dead-letter queue, with its reason, before its own queue forgets it; or
 * tells the queue how long to wait. Sending twice after a crash is harmless.
 *
 * @param endpoint of SQS, e.g. `https://sqs.us-east-1.amazonaws.com`.
 */
export const createFailureHandler =
  (sqs: SQSClient, endpoint: string): FailureHandler =>
  async (record, failure) => {
    if (failure.outcome === 'retry') {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl(endpoint, record.eventSourceARN),
          ReceiptHandle: record.receiptHandle,
          VisibilityTimeout: failure.afterSeconds,
        }),
      );
      return 'retry';
    }
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl(endpoint, record.eventSourceARN, DEAD_LETTERS),
        MessageBody: record.body,
        MessageAttributes: {
          reason: text(failure.reason),
          detail: text(failure.detail),
          originalMessageId: text(record.messageId),
        },
      }),
    );
    return 'settled';
  };
