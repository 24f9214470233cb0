import type { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { archivePlaces, createArchive } from './archive-store.ts';
import type { Services } from './services.ts';
import { createSourceQueue } from './source-queue-client.ts';
import { createWebhookClient } from './webhook-client.ts';

type Means = {
  s3: S3Client;
  bucket: string;
  /** Of queues whose address does not name one. */
  region: string;
  loopbackAllowed: boolean;
  now: () => Date;
};

/** An answer may come after the whole wait of a long poll. */
const POLL_ANSWER_MS = 25_000;

/** Opens what a run reads from and sends to; clients are kept between invocations. */
export const createRouter = ({
  s3,
  bucket,
  region,
  loopbackAllowed,
  now,
}: Means): Services['openRoute'] => {
  const sqs = new SQSClient({ ...clientSettings({ answerMs: POLL_ANSWER_MS }), region });
  return (webhook, { id, request }) => {
    const { deadLetters } = webhook;
    if (deadLetters === undefined) {
      throw new UnprocessableMessageError(
        'no-dead-letters',
        `webhook: ${webhook.name} has no "dead-letters" in the plan`,
      );
    }
    const timeoutMs = request.timeoutSeconds * 1_000;
    return {
      source: createSourceQueue(sqs, deadLetters.queue),
      archive: createArchive(s3, bucket, { webhook: webhook.name, run: id }),
      destination: createWebhookClient({
        url: webhook.endpoint,
        timeoutMs,
        concurrency: request.concurrency,
        loopbackAllowed,
        now,
      }),
      places: archivePlaces(bucket, webhook.name, id),
    };
  };
};
