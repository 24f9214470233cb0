import * as z from 'zod';
import type { JsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { announcedSchema } from './decide-announcements.ts';
import { seenSchema } from './seen.ts';
import { walSeenSchema } from './wal-seen.ts';

/** ETags of original and copy, and what their checksums said: asked for once, not at every run. */
const comparedSchema = z.tuple([
  z.string(),
  z.string(),
  z.enum(['same', 'differs', 'not-comparable']),
]);

/** All that is remembered of one policy. Places are keyed by their URI. */
export const policyRecordSchema = z.object({
  /** The location that this is about: with another one in the plan, memory begins anew. */
  place: z.string(),
  seen: seenSchema.optional(),
  announced: z.record(z.string(), announcedSchema).default({}),
  compared: z.record(z.string(), z.record(z.string(), comparedSchema)).default({}),
  wal: walSeenSchema.optional(),
});
export type PolicyRecord = z.infer<typeof policyRecordSchema>;
export type Compared = PolicyRecord['compared'][string];

export type Remembered = {
  record: PolicyRecord;
  /** Stores what is to be remembered, unless nothing changed. False: another run was first. */
  store: (next: PolicyRecord) => Promise<boolean>;
};

/** The function's own record of each policy, in its own bucket. A damaged record counts as none. */
export const createSeenLedger = (ledger: JsonLedger) => ({
  async read(policy: string, place: string): Promise<Remembered> {
    const key = `policies/${policy}.json`;
    const found = await ledger.read(key, policyRecordSchema);
    const known = found?.value?.place === place ? found.value : undefined;
    const record = known ?? { place, announced: {}, compared: {} };
    const before = known && JSON.stringify(known);
    return {
      record,
      store: async (next) =>
        JSON.stringify(policyRecordSchema.parse(next)) === before ||
        ledger.write(key, next, found?.etag),
    };
  },
});

export type SeenLedger = ReturnType<typeof createSeenLedger>;
