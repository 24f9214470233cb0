import * as z from 'zod';
import { eventSchema } from '../envelope.ts';
import { balanceSchema } from '../replay-progressed/balance.ts';

export const REPLAY_ENDED = 'lifeboat.replay.ended.v1';

/** What a run of `replay-dead-letters` did. */
export const replayReportSchema = z.looseObject({
  run: z.string().min(1),
  webhook: z.string().min(1),
  destination: z.string().min(1),
  /** Why it ended, e.g. `finished`, `cancelled`, `canary-failed`, `destination-refuses`. */
  reason: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** `received` = `done` + `duplicates` + `quarantined` + `unknown` + `pending`. */
  balance: balanceSchema,
  /** Whether every number can be true; false is a fault to look into. */
  balanced: z.boolean(),
  /** `sha256:` and 64 hex digits over all that the run archived. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Folders: every body as it was received, and what was parked with its reason. */
  archive: z.looseObject({
    messages: z.string().startsWith('s3://'),
    quarantine: z.string().startsWith('s3://'),
    unknown: z.string().startsWith('s3://'),
  }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** One sentence for a person. */
  summary: z.string().min(1).max(1_024),
});

export type ReplayReport = z.infer<typeof replayReportSchema>;

export const replayEndedSchema = eventSchema(REPLAY_ENDED, replayReportSchema);
