import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { BACKUP_VERIFY_REQUESTED } from '../../events/backup-verify-requested/v1.ts';
import { makeEvent, type Speaker } from '../../shared/publish/make-event.ts';
import type { Target } from './parse-targets.ts';

const BATCH = 10;

/**
 * Puts objects on the function's own queue, one message each, so that one that fails harms no other.
 *
 * @param delaySeconds before they are received, 900 at most.
 * @throws where the queue did not take all of them; sending some twice is harmless.
 */
export const createOwnQueue =
  (sqs: SQSClient, queueUrl: string, speaker: Speaker, now: () => Date) =>
  async (targets: Target[], delaySeconds = 0): Promise<void> => {
    for (let first = 0; first < targets.length; first += BATCH) {
      const { Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: targets.slice(first, first + BATCH).map((target, index) => ({
            Id: String(index),
            DelaySeconds: delaySeconds,
            MessageBody: JSON.stringify(command(speaker, target, now())),
          })),
        }),
      );
      if (Failed.length > 0)
        throw new Error(`${Failed.length} messages were not queued: ${Failed[0]?.Code}`);
    }
  };

const command = (
  speaker: Speaker,
  { bucket, key, versionId, cause, alone, correlationId }: Target,
  time: Date,
) =>
  makeEvent(speaker, {
    type: BACKUP_VERIFY_REQUESTED,
    subject: `s3://${bucket}/${key}`.slice(0, 2048),
    data: { bucket, key, versionId, cause: cause === 'created' ? 'unannounced' : cause, alone },
    time,
    correlationId: correlationId ?? `s3://${bucket}`,
  });
