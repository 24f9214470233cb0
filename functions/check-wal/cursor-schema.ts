import * as z from 'zod';
import { deepMemorySchema } from './deep-memory.ts';
import { headerMemorySchema } from './header-memory.ts';

const runSchema = z.tuple([z.string(), z.string(), z.number()]);

/** What is remembered of an archive between two runs. Segments stand in it under their names. */
export const cursorSchema = z.object({
  version: z.literal(1),
  /** Where and how the archive was read; anything else makes the memory useless. */
  place: z.string(),
  /** When the whole archive was last read. */
  scannedAt: z.iso.datetime(),
  /** Counts runs, so that each takes its turn with other suspects. */
  turn: z.int().min(0),
  segmentSize: z.int(),
  sizeKnown: z.boolean(),
  timelines: z.array(
    z.object({
      timeline: z.int(),
      runs: z.array(runSchema),
      empty: z.array(runSchema),
      odd: z.array(runSchema),
      forms: z.array(
        z.object({
          suffix: z.string(),
          /** Absent where they are the timeline's own. */
          runs: z.array(runSchema).optional(),
          archived: z.array(runSchema),
          rewritten: z.array(runSchema).default([]),
        }),
      ),
      newest: z.object({ segment: z.string(), name: z.string(), at: z.number() }),
      files: z.int(),
    }),
  ),
  labels: z.array(
    z.object({
      name: z.string(),
      at: z.number(),
      /** Absent where it could not be read, which is then tried again. */
      backup: z
        .object({
          timeline: z.int(),
          start: z.string(),
          stop: z.string().optional(),
          stoppedAt: z.number().optional(),
        })
        .optional(),
    }),
  ),
  histories: z.array(
    z.object({
      timeline: z.int(),
      name: z.string(),
      etag: z.string(),
      /** Absent where it could not be read, which is then tried again. */
      switches: z.array(z.tuple([z.int(), z.string()])).optional(),
    }),
  ),
  files: z.int(),
  partials: z.int(),
  others: z.int(),
  misnamed: z.string().optional(),
  /** Absent where no segment was looked into. */
  headers: headerMemorySchema.optional(),
  deep: deepMemorySchema.optional(),
});

export type Cursor = z.infer<typeof cursorSchema>;
