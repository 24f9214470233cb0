import type { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type ReplayRequest, replayRequestSchema } from '../../events/replay-requested/v1.ts';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { readQueueUrl } from '../../shared/plan/queue-address.ts';
import { createArchiveReader } from './archive-reader.ts';
import { archivePlaces, archivePrefixes, createArchive, parkedPrefix } from './archive-store.ts';
import { identify } from './identify.ts';
import { copyOf, createParkedSource } from './parked-source.ts';
import type { Destination } from './ports.ts';
import { createQueueClient } from './queue-client.ts';
import type { Services } from './services.ts';
import { createSourceQueue } from './source-queue-client.ts';
import { createTopicClient } from './topic-client.ts';
import { createTransform } from './transform-body.ts';
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

const refuse = (reason: string, detail: string): never => {
  throw new UnprocessableMessageError(reason, detail);
};

const queueOf = ({ name, deadLetters }: WebhookPolicy): string =>
  deadLetters?.queue ??
  refuse('no-dead-letters', `webhook: ${name} has no "dead-letters" in the plan`);

/** The role of the function allows nothing else either. */
const checkAllowed = (webhook: WebhookPolicy, target: string): string =>
  webhook.deadLetters?.replayTo.includes(target) === true
    ? target
    : refuse(
        'destination-not-in-plan',
        `destination: ${target} does not stand under webhooks.${webhook.name}.dead-letters.replay-to`,
      );

/** A lost answer is an answer that is not known: the client must not ask twice by itself. */
const onceOnly = (request: ReplayRequest) =>
  clientSettings({ connectMs: 2_000, answerMs: request.timeoutSeconds * 1_000, attempts: 1 });

const openDestination = (
  webhook: WebhookPolicy,
  request: ReplayRequest,
  { region, loopbackAllowed, now }: Means,
): Destination => {
  const { destination } = request;
  switch (destination.kind) {
    case 'webhook': {
      const timeoutMs = request.timeoutSeconds * 1_000;
      const { concurrency } = request;
      return createWebhookClient({
        url: webhook.endpoint,
        timeoutMs,
        concurrency,
        loopbackAllowed,
        now,
      });
    }
    case 'queue': {
      const url = checkAllowed(webhook, destination.url);
      const where = readQueueUrl(url)?.region ?? region;
      return createQueueClient(new SQSClient({ ...onceOnly(request), region: where }), url);
    }
    case 'topic': {
      const arn = checkAllowed(webhook, destination.arn);
      const where = arn.split(':')[3] ?? region;
      return createTopicClient(new SNSClient({ ...onceOnly(request), region: where }), arn);
    }
  }
};

/** Opens what a run reads from and sends to. */
export const createRouter = (
  means: Means,
): Pick<Services, 'openRoute' | 'openView' | 'openParked'> => {
  const { s3, bucket, region } = means;
  const read = createArchiveReader(s3, bucket);
  const clients = new Map<string, SQSClient>();
  const sqsOf = (url: string): SQSClient => {
    const where = readQueueUrl(url)?.region ?? region;
    const client =
      clients.get(where) ??
      new SQSClient({ ...clientSettings({ answerMs: POLL_ANSWER_MS }), region: where });
    clients.set(where, client);
    return client;
  };
  const queueSource = (webhook: WebhookPolicy) => {
    const url = queueOf(webhook);
    return createSourceQueue(sqsOf(url), url);
  };
  return {
    openRoute: (webhook, { id, request }) => ({
      source:
        request.from === 'queue'
          ? queueSource(webhook)
          : createParkedSource(
              read(archivePrefixes(webhook.name, id)[request.from]),
              createTransform(request.transform),
            ),
      archive: createArchive(s3, bucket, { webhook: webhook.name, run: id }),
      destination: openDestination(webhook, request, means),
      places: archivePlaces(bucket, webhook.name, id),
    }),
    openView: (webhook, request) => ({
      destination: openDestination(webhook, request, means).id,
      depth: () => queueSource(webhook).depth(),
      messages: () =>
        read(
          request.from === 'queue'
            ? `archive/${webhook.name}/`
            : parkedPrefix(request.from, webhook.name),
        ),
    }),
    openParked: (webhook) => {
      const { name, topic, rawDelivery } = webhook;
      const destination = openDestination(webhook, replayRequestSchema.parse({}), means).id;
      const unchanged = createTransform(undefined);
      return {
        places: {
          webhook: name,
          quarantine: `s3://${bucket}/${parkedPrefix('quarantine', name)}`,
          unknown: `s3://${bucket}/${parkedPrefix('unknown', name)}`,
        },
        read: (as) => read(parkedPrefix(as, name)),
        // What was parked on its way elsewhere, or under another plan, may have gone to the webhook since.
        keysOf: (message) => [
          message.line.key,
          identify(copyOf(message, unchanged), { destination, topic, rawDelivery }).key,
        ],
      };
    },
  };
};
