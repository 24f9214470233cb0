import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { Speaker } from '../../shared/publish/make-event.ts';
import type { SendCommand } from './channel-queue-client.ts';
import { makeCommand, type OutboxEntry } from './outbox.ts';

export type Unsent = { deliveryId: string; problem: string };

type Result = { left: OutboxEntry[]; unsent: Unsent[]; dropped: string[] };

/**
 * Sends everything that waits, each channel on its own: one that cannot be reached keeps its deliveries in
 * the outbox and holds up no other. A delivery to a channel that the plan no longer has is dropped.
 */
export const sendOutbox = async (
  outbox: readonly OutboxEntry[],
  { plan, speaker, send }: { plan: Plan; speaker: Speaker; send: SendCommand },
): Promise<Result> => {
  const result: Result = { left: [], unsent: [], dropped: [] };
  const exists = (name: string) => plan.alerts.channels.some((channel) => channel.name === name);
  for (const entry of outbox) {
    const failed: OutboxEntry['deliveries'] = [];
    const sendOne = async (delivery: OutboxEntry['deliveries'][number]): Promise<void> => {
      if (!exists(delivery.channel)) {
        result.dropped.push(delivery.deliveryId);
        return;
      }
      try {
        await send(makeCommand(speaker, entry, delivery));
      } catch (error) {
        failed.push(delivery);
        const { reason, message } = describeAwsFailure(error);
        result.unsent.push({
          deliveryId: delivery.deliveryId,
          problem: `${reason}: ${message}`,
        });
      }
    };
    await Promise.all(entry.deliveries.map(sendOne));
    if (failed.length > 0) result.left.push({ ...entry, deliveries: failed });
  }
  return result;
};
