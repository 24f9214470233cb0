import * as z from 'zod';
import type { QueueAttributes } from './queue-client.ts';

const moment = z.iso.datetime();

/** What a peek found: the oldest of the messages that it looked at. */
const sampleSchema = z.object({
  at: moment,
  /** How many were in the queue then, and how many of them were looked at. */
  depth: z.number().int().min(0),
  looked: z.number().int().min(1),
  /** When the oldest was published, by its envelope. Absent where none has one. */
  published: moment.optional(),
  /** When the oldest came into the queue: from then on its retention counts. */
  enqueued: moment,
  /** Bodies that are no message of SNS: their age is known only from the queue. */
  withoutEnvelope: z.number().int().min(0),
});

export type Sample = z.infer<typeof sampleSchema>;

/** What is remembered of a dead-letter queue, so that it is seldom peeked into. */
export const memorySchema = z.object({
  /** The queue that this is about; of another one nothing is known. */
  queue: z.string(),
  /** The last look, where it found the queue empty. */
  lastEmpty: moment.optional(),
  /** Two looks in a row found it empty, and this was the first: one count alone may be wrong. */
  emptyAt: moment.optional(),
  /** When messages were last received, whatever came of it. */
  peekedAt: moment.optional(),
  sample: sampleSchema.optional(),
});

export type QueueMemory = z.infer<typeof memorySchema>;

/** Messages that wait, that somebody works on, and that are delayed: all of them are dead letters. */
export const depthOf = ({ visible, inFlight, delayed }: QueueAttributes): number =>
  visible + inFlight + delayed;

/** The memory after a look at the counts. Pure. */
export const remember = (
  before: QueueMemory | undefined,
  queue: string,
  depth: number,
  now: Date,
): QueueMemory => {
  const known: QueueMemory = before?.queue === queue ? before : { queue };
  const { emptyAt, peekedAt, sample } = known;
  if (depth > 0) return { queue, emptyAt, peekedAt, sample };
  return {
    queue,
    peekedAt,
    lastEmpty: now.toISOString(),
    emptyAt: known.lastEmpty ?? emptyAt,
    // After two empty looks what was seen of it is gone.
    sample: known.lastEmpty === undefined ? sample : undefined,
  };
};
