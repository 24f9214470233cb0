import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { clientSettings } from '../aws-client/client-settings.ts';
import { createFailureHandler, decideFailure, type FailureHandler } from './dead-letters.ts';
import { answerJson, type HttpAnswer, type HttpRequest, readHttpRequest } from './http-request.ts';
import { UnprocessableMessageError } from './message-errors.ts';

/** What one piece of work is given besides its input. */
export type Run = {
  now: () => Date;
  /** Milliseconds until Lambda ends this invocation. */
  remainingMs: () => number;
  /** Ties together everything that follows from one cause. */
  correlationId: string;
  log: Logger;
};

export type QueueMessage = {
  body: string;
  /** The name of the queue it came from. */
  queue: string;
  messageId: string;
  /** How often it was received, this time included. */
  receives: number;
};

type Triggers<Services> = {
  /** Builds clients and reads the configuration; called once, before the first work. */
  build: () => Services;
  /** One message of a queue. What it throws concerns this message alone. */
  onMessage?: (services: Services, message: QueueMessage, run: Run) => Promise<void>;
  onSchedule?: (services: Services, run: Run) => Promise<unknown>;
  /** A request to the function's URL. What it throws is answered with 503, and nothing of it is shown. */
  onRequest?: (services: Services, request: HttpRequest, run: Run) => Promise<HttpAnswer>;
  /** `sls invoke`: the answer goes back to the person who asked. */
  onInvoke?: (services: Services, payload: unknown, run: Run) => Promise<unknown>;
  /** The receive that ends in the dead-letter queue; its redrive policy says the same. */
  maxReceives?: number;
};

const MAX_RECEIVES = 5;

const sqsEventSchema = z.looseObject({
  Records: z.array(z.looseObject({ eventSource: z.literal('aws:sqs') })).min(1),
});
const scheduleSchema = z.looseObject({
  source: z.enum(['aws.events', 'aws.scheduler']),
  'detail-type': z.literal('Scheduled Event'),
});

const isQueueEvent = (event: unknown): event is SQSEvent => sqsEventSchema.safeParse(event).success;

const sqsEndpoint = (env: NodeJS.ProcessEnv): string =>
  env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL ?? `https://sqs.${env.AWS_REGION}.amazonaws.com`;

const receiveCount = (record: SQSRecord): number =>
  Number(record.attributes.ApproximateReceiveCount);

const perRecord =
  (
    work: (record: SQSRecord) => Promise<void>,
    settle: FailureHandler,
    { log, maxReceives }: { log: Logger; maxReceives: number },
  ) =>
  async (record: SQSRecord): Promise<void> => {
    try {
      await work(record);
    } catch (error) {
      const receives = receiveCount(record);
      const failure = decideFailure(error, receives, maxReceives);
      log.warn('A message was not processed', { messageId: record.messageId, receives, failure });
      if ((await settle(record, failure)) === 'retry') throw error;
    }
  };

const RETRY_SECONDS = '20';

/** Whoever waits on the other side of an address gets an answer, whatever happens here. */
const answerOrUnavailable = async (
  answer: () => Promise<HttpAnswer>,
  log: Logger,
): Promise<HttpAnswer> => {
  try {
    return await answer();
  } catch (error) {
    log.error('A request was not answered', { problem: String(error).slice(0, 500) });
    return answerJson(503, { result: 'unavailable' }, { 'retry-after': RETRY_SECONDS });
  }
};

/**
 * The Lambda entry of a function: tells its triggers apart, processes a batch record by record so that
 * a bad one harms no other, moves what can never succeed to the dead-letter queue with its reason, and
 * logs with the request's id. Nothing of an event's content is logged here.
 */
export const createHandler = <Services>(triggers: Triggers<Services>) => {
  const log = new Logger();
  let services: Services | undefined;
  let settle: FailureHandler | undefined;
  const ready = (): Services => {
    services ??= triggers.build();
    return services;
  };

  const handle = async (event: unknown, context: Context): Promise<unknown> => {
    const run = (correlationId: string): Run => ({
      now: () => new Date(),
      remainingMs: () => context.getRemainingTimeInMillis(),
      correlationId,
      log,
    });
    if (isQueueEvent(event)) {
      const { onMessage } = triggers;
      if (onMessage === undefined) throw new Error('This function reads no queue');
      settle ??= createFailureHandler(new SQSClient(clientSettings()), sqsEndpoint(process.env));
      const work = async (record: SQSRecord): Promise<void> => {
        const queue = record.eventSourceARN.split(':').at(-1) ?? '';
        const { body, messageId } = record;
        const receives = receiveCount(record);
        await onMessage(ready(), { body, queue, messageId, receives }, run(messageId));
      };
      const { maxReceives = MAX_RECEIVES } = triggers;
      return processQueue(event, perRecord(work, settle, { log, maxReceives }), context);
    }
    if (triggers.onSchedule !== undefined && scheduleSchema.safeParse(event).success) {
      return triggers.onSchedule(ready(), run(context.awsRequestId));
    }
    const { onRequest } = triggers;
    const request = readHttpRequest(event);
    if (onRequest !== undefined && request !== undefined) {
      const answer = () => onRequest(ready(), request, run(context.awsRequestId));
      return answerOrUnavailable(answer, log);
    }
    if (triggers.onInvoke === undefined) {
      throw new UnprocessableMessageError('unknown-trigger', 'This function takes no such event');
    }
    return triggers.onInvoke(ready(), event, run(context.awsRequestId));
  };

  return middy<unknown, unknown>().use(injectLambdaContext(log)).handler(handle);
};

const processQueue = (
  event: SQSEvent,
  work: (record: SQSRecord) => Promise<void>,
  context: Context,
): Promise<SQSBatchResponse> =>
  processPartialResponse(event, work, new BatchProcessor(EventType.SQS), {
    context,
    throwOnFullBatchFailure: false,
  });
