import { parseSnsBody } from '../../shared/sns-envelope/parse-body.ts';
import { MOST_MESSAGES } from './decide-peek.ts';
import type { Peeked, QueueAttributes, QueueClient } from './queue-client.ts';
import { depthOf, type Sample } from './queue-memory.ts';

/** Ten messages each, and two more where an answer has fewer. */
const MOST_RECEIVES = 12;

/** What is kept of a message that was looked at: a hundred bodies may be a hundred MiB. */
type Dated = { enqueued: Date; published?: Date };

export const dateOf = ({ body, enqueuedAt: enqueued }: Peeked): Dated => {
  const parsed = parseSnsBody(body);
  return parsed.kind === 'envelope'
    ? { enqueued, published: parsed.envelope.sentAt }
    : { enqueued };
};

const oldest = (moments: Date[]): Date | undefined =>
  moments.reduce<Date | undefined>(
    (least, one) => (least === undefined || one < least ? one : least),
    undefined,
  );

/** Of messages that were looked at: nothing where there are none. Pure. */
export const summarize = (messages: Dated[], depth: number, now: Date): Sample | undefined => {
  const enqueued = oldest(messages.map((one) => one.enqueued));
  if (enqueued === undefined) return undefined;
  const dated = messages.flatMap(({ published }) => published ?? []);
  return {
    at: now.toISOString(),
    depth: Math.max(depth, messages.length),
    looked: messages.length,
    published: oldest(dated)?.toISOString(),
    enqueued: enqueued.toISOString(),
    withoutEnvelope: messages.length - dated.length,
  };
};

/**
 * Looks at up to a hundred messages of a queue, which stay in it. Standard queues give no order: the
 * oldest of them is the oldest of all only where all were looked at.
 */
export const takeSample = async (
  client: QueueClient,
  queue: string,
  attributes: QueueAttributes,
  now: Date,
): Promise<{ sample: Sample | undefined; receives: number }> => {
  const seen = new Map<string, Dated>();
  let receives = 0;
  while (receives < MOST_RECEIVES && seen.size < Math.min(attributes.visible, MOST_MESSAGES)) {
    const messages = await client.peek(queue);
    receives += 1;
    if (messages.length === 0) break;
    for (const message of messages) seen.set(message.id, dateOf(message));
  }
  return { sample: summarize([...seen.values()], depthOf(attributes), now), receives };
};
