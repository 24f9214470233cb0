import * as z from 'zod';

const segmentSchema = z.object({
  name: z.string(),
  at: z.iso.datetime(),
  bytes: z.number(),
  etag: z.string(),
});
/** A file of a WAL archive, by its name below the location. */
export type WalFile = z.infer<typeof segmentSchema>;

const copySchema = z.object({
  /** Names up to this one were compared. */
  cursor: z.string().optional(),
  /** Segments whose copy is missing or not the same; looked at again at every run. */
  suspects: z.array(segmentSchema.extend({ state: z.enum(['missing', 'differs', 'dark']) })),
});
export type WalCopySeen = z.infer<typeof copySchema>;

/** What the ledger remembers of a WAL archive: its ends, never its middle. */
export const walSeenSchema = z.object({
  firstSeenAt: z.iso.datetime(),
  oldest: segmentSchema.optional(),
  newest: segmentSchema.extend({ storageClass: z.string() }).optional(),
  /** The first segment that went before its time, and the one that was then the oldest. */
  lost: z.object({ first: segmentSchema, before: z.string(), goneAt: z.iso.datetime() }).optional(),
  copies: z.record(z.string(), copySchema).default({}),
});
export type WalSeen = z.infer<typeof walSeenSchema>;
