import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  BACKUP_VERIFY_REQUESTED,
  type BackupVerifyRequest,
} from '../../events/backup-verify-requested/v1.ts';
import { makeEvent, type Speaker } from '../../shared/publish/make-event.ts';
import type { Announcement } from './context.ts';

/** Some commands did not reach the queue. They are sent again at the next run. */
export class AnnounceError extends Error {
  constructor(failed: number, reason: string) {
    super(`${failed} objects were not sent to be verified: ${reason}`);
    this.name = 'AnnounceError';
  }
}

export type VerifyQueue = (
  announcements: readonly Announcement[],
  correlationId: string,
  now: Date,
) => Promise<void>;

/** What SQS takes in one request. */
const BATCH = 10;

/**
 * Sends commands to the queue of `verify-backup`. Sending one twice is harmless: its ledger knows what was
 * read.
 *
 * @throws {AnnounceError} where some were not taken.
 */
export const createVerifyQueue =
  (sqs: SQSClient, queueUrl: string, speaker: Speaker): VerifyQueue =>
  async (announcements, correlationId, time) => {
    for (let start = 0; start < announcements.length; start += BATCH) {
      const batch = announcements.slice(start, start + BATCH);
      const Entries = batch.map((announcement, index) => {
        const data: BackupVerifyRequest = { ...announcement };
        const subject = `s3://${data.bucket}/${data.key}`;
        const message = { type: BACKUP_VERIFY_REQUESTED, subject, data, time, correlationId };
        return { Id: String(index), MessageBody: JSON.stringify(makeEvent(speaker, message)) };
      });
      const { Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
      );
      const [first] = Failed;
      if (first) throw new AnnounceError(Failed.length, `${first.Code} ${first.Message ?? ''}`);
    }
  };
