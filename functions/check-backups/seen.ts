import * as z from 'zod';

/** More than this are counted, not remembered one by one: the record is read at every run. */
export const MAX_REMEMBERED = 5_000;

/** A backup that was seen, and since when it is gone. Times are ISO 8601. */
const seenGenerationSchema = z.object({
  name: z.string(),
  at: z.iso.datetime(),
  bytes: z.number(),
  /** When it was first missed. Absent while it is there. */
  goneAt: z.iso.datetime().optional(),
  /** Another object took its name. */
  overwritten: z.boolean().optional(),
});
export type SeenGeneration = z.infer<typeof seenGenerationSchema>;

/** What the ledger remembers of the backups of one policy. */
export const seenSchema = z.object({
  /** Since when this policy is watched. */
  firstSeenAt: z.iso.datetime(),
  /** The time of the oldest backup that was ever seen. */
  oldestAt: z.iso.datetime().optional(),
  /** Every backup still under its promise; absent where there are too many to remember each. */
  generations: z.array(seenGenerationSchema).optional(),
  /** Where there are too many: the highest count seen. */
  highestCount: z.number().int().optional(),
});
export type Seen = z.infer<typeof seenSchema>;

/** A backup as a listing shows it. */
export type Generation = { name: string; at: Date; bytes: number; etag: string };
