import * as z from 'zod';
import { eventSchema } from '../envelope.ts';

export const REPLAY_REQUESTED = 'lifeboat.replay.requested.v1';

const runId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{2,63}$/, 'must be 3 to 64 small letters, digits and dashes');

const destinationSchema = z.discriminatedUnion('kind', [
  /** The endpoint that failed, as the plan has it. */
  z.looseObject({ kind: z.literal('webhook') }),
  /** A queue that the plan names under `replay-to`. */
  z.looseObject({ kind: z.literal('queue'), url: z.url() }),
  /** A topic that the plan names under `replay-to`. Every subscriber of it gets the message. */
  z.looseObject({ kind: z.literal('topic'), arn: z.string().startsWith('arn:') }),
]);

const filterSchema = z.looseObject({
  /** Of these types alone: `type`, `eventType`, `notificationType` or `detail-type` of the message. */
  types: z.array(z.string().min(1)).min(1).optional(),
  /** Published at this moment or later. */
  since: z.iso.datetime().optional(),
  /** Published before this moment. */
  until: z.iso.datetime().optional(),
  /** A JSONPath (RFC 9535) that must find something in the message. */
  where: z.string().startsWith('$').max(1_000).optional(),
});

const operationSchema = z.discriminatedUnion('op', [
  z.looseObject({ op: z.enum(['add', 'replace', 'test']), path: z.string(), value: z.json() }),
  z.looseObject({ op: z.literal('remove'), path: z.string() }),
  z.looseObject({ op: z.enum(['move', 'copy']), from: z.string(), path: z.string() }),
]);

/** A command to `replay-dead-letters`. */
export const replayRequestSchema = z.looseObject({
  /** `look` tells what lies parked and sends nothing; `continue` is what the function tells itself. */
  action: z.enum(['start', 'resume', 'cancel', 'look', 'continue']).default('start'),
  /** The run. To start, a name of one's own; without it the command's id. */
  run: runId.optional(),
  /** The webhook of the plan whose dead letters are to be replayed; needed to start. */
  webhook: z.string().min(1).optional(),
  /** Where the messages lie: the dead-letter queue, or what earlier runs parked. */
  from: z.enum(['queue', 'quarantine', 'unknown']).default('queue'),
  destination: destinationSchema.default({ kind: 'webhook' }),
  /** Sends nothing, receives nothing: shows from the archive what a run would do. */
  dryRun: z.boolean().default(false),
  filter: filterSchema.default({}),
  /** So many messages at most. */
  limit: z.number().int().min(1).optional(),
  /** Messages a second, reached in a straight line. Without it the destination sets the pace. */
  rate: z
    .looseObject({
      perSecond: z.number().positive().max(10_000),
      rampUpSeconds: z.number().min(0).max(3_600).default(60),
    })
    .optional(),
  /** Messages that are under way at once, at most. */
  concurrency: z.number().int().min(1).max(100).default(50),
  /** So many are sent one after the other; one that is not taken ends the run. */
  canary: z.number().int().min(0).max(1_000).default(0),
  /** A share of the answers: above it the run ends. */
  stopAtErrorRate: z.number().min(0).max(1).optional(),
  /** A message that is refused so often is quarantined. */
  maxAttempts: z.number().int().min(1).max(20).default(5),
  timeoutSeconds: z.number().min(0.1).max(25).default(10),
  /** An HTML page with status 200 counts as success. */
  pageIsSuccess: z.boolean().default(false),
  /** JSON Patch (RFC 6902) on the body; of what is parked alone. */
  transform: z.array(operationSchema).max(50).optional(),
  /** How often the function may hand the run on to itself. */
  maxHops: z.number().int().min(1).max(1_000).default(200),
  /**
   * Of `continue`: how often it was handed on, how often the circuit opened, and until when nothing is to be sent,
   * in milliseconds since 1970.
   */
  hop: z.number().int().min(0).optional(),
  openings: z.number().int().min(0).optional(),
  idleHops: z.number().int().min(0).optional(),
  pausedUntil: z.number().min(0).optional(),
});

export type ReplayRequest = z.infer<typeof replayRequestSchema>;

export const replayRequestedSchema = eventSchema(REPLAY_REQUESTED, replayRequestSchema);
