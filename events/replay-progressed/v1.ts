import * as z from 'zod';
import { eventSchema } from '../envelope.ts';
import { balanceSchema } from './balance.ts';

export const REPLAY_PROGRESSED = 'lifeboat.replay.progressed.v1';

/** A run of `replay-dead-letters` is under way. */
export const replayProgressSchema = z.looseObject({
  run: z.string().min(1),
  webhook: z.string().min(1),
  destination: z.string().min(1),
  balance: balanceSchema,
  /** How often the run was handed on so far. */
  hop: z.number().int().min(0),
  /** One sentence for a person. */
  summary: z.string().min(1).max(1_024),
});

export type ReplayProgress = z.infer<typeof replayProgressSchema>;

export const replayProgressedSchema = eventSchema(REPLAY_PROGRESSED, replayProgressSchema);
