import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { REPLAY_REQUESTED, replayRequestSchema } from '../../events/replay-requested/v1.ts';
import { makeEvent, type Speaker } from '../../shared/publish/make-event.ts';
import type { Services } from './services.ts';

/** Hands a run on to a later invocation, as a command on the function's own queue. */
export const createOwnQueue =
  (sqs: SQSClient, QueueUrl: string, speaker: Speaker, now: () => Date): Services['handOn'] =>
  async (next, correlationId, delaySeconds) => {
    const command = makeEvent(speaker, {
      type: REPLAY_REQUESTED,
      subject: `runs.${next.run}`,
      data: replayRequestSchema.parse({ action: 'continue', ...next }),
      time: now(),
      correlationId,
    });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        DelaySeconds: delaySeconds,
        MessageBody: JSON.stringify(command),
      }),
    );
  };
