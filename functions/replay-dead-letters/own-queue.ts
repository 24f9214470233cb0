import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  REPLAY_REQUESTED,
  type ReplayRequest,
  replayRequestSchema,
} from '../../events/replay-requested/v1.ts';
import { makeEvent, type Speaker } from '../../shared/publish/make-event.ts';
import type { Services } from './services.ts';

/** What the function tells itself: commands on its own queue, for a later invocation. */
export const createOwnQueue = (
  sqs: SQSClient,
  QueueUrl: string,
  speaker: Speaker,
  now: () => Date,
): Pick<Services, 'handOn' | 'askToLook'> => {
  const send = async (
    subject: string,
    data: ReplayRequest,
    correlationId: string,
    DelaySeconds: number,
  ): Promise<void> => {
    const type = REPLAY_REQUESTED;
    const command = makeEvent(speaker, { type, subject, data, time: now(), correlationId });
    const MessageBody = JSON.stringify(command);
    await sqs.send(new SendMessageCommand({ QueueUrl, DelaySeconds, MessageBody }));
  };
  return {
    handOn: (next, correlationId, delaySeconds) => {
      const data = replayRequestSchema.parse({ action: 'continue', ...next });
      return send(`runs.${next.run}`, data, correlationId, delaySeconds);
    },
    askToLook: (webhook, correlationId) => {
      const data = replayRequestSchema.parse({ action: 'look', webhook });
      return send(`webhooks.${webhook}`, data, correlationId, 0);
    },
  };
};
