import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkReportSchema } from '../../events/check-reported/v1.ts';
import type { JsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { StoredObject } from './object-client.ts';

const verifiedSchema = z.looseObject({
  key: z.string(),
  lastModified: z.iso.datetime(),
  plainBytes: z.number(),
});
export type Verified = z.infer<typeof verifiedSchema>;

const readingSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  /** What was read: the version, and how the plan said to read it. */
  fingerprint: z.string(),
  readAt: z.iso.datetime(),
  lastModified: z.iso.datetime(),
  /** The backup that its size was judged by: a second reading judges by the same one. */
  previous: verifiedSchema.optional(),
  report: checkReportSchema,
});
export type Reading = z.infer<typeof readingSchema>;

/** Problems that still stand: the sweep looks at them until they are gone. */
const problemSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  backup: z.string(),
  since: z.iso.datetime(),
  lastModified: z.iso.datetime(),
  etag: z.string(),
  report: checkReportSchema,
});
export type Problem = z.infer<typeof problemSchema>;

/** The newest backup of a policy that could be read and not be judged. One for a policy, not one for each. */
const unjudgedSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  lastModified: z.iso.datetime(),
  report: checkReportSchema,
});
export type Unjudged = z.infer<typeof unjudgedSchema>;

const digest = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const readingKey = ({ bucket, key }: { bucket: string; key: string }): string =>
  `readings/${digest(bucket, key)}.json`;
const problemKey = ({ bucket, key }: { bucket: string; key: string }): string =>
  `problems/${digest(bucket, key)}.json`;
const unjudgedKey = (backup: string): string => `unjudged/${backup}.json`;

/**
 * Backups whose names differ in numbers alone are one series: several databases in one folder are
 * several. Sizes are compared, and newer ones looked for, within a series.
 */
const series = (key: string): string => key.replaceAll(/[0-9]+/g, '#');
const verifiedKey = (backup: string, key: string): string =>
  `verified/${backup}/${digest(series(key)).slice(0, 16)}.json`;

/** Changes with the object's version and with what the plan says about reading it. */
export const fingerprint = (object: StoredObject, backup: StoredBackup): string =>
  digest(object.versionId, object.etag, object.size, backup.kind, backup.encoding);

export type VerificationLedger = ReturnType<typeof createVerificationLedger>;

const WRITE_TRIES = 5;

/** What `verify-backup` has read and found, in its own bucket. Every write may be repeated. */
export const createVerificationLedger = (ledger: JsonLedger) => {
  const put = async <T>(
    key: string,
    schema: z.ZodType<T>,
    next: (old: T | undefined) => T | undefined,
  ) => {
    for (let attempt = 0; attempt < WRITE_TRIES; attempt += 1) {
      const stored = await ledger.read(key, schema);
      const value = next(stored?.value);
      if (value === undefined || (await ledger.write(key, value, stored?.etag))) return;
    }
    throw new Error(`${key} of the ledger kept changing while it was written`);
  };
  return {
    reading: async (object: { bucket: string; key: string }): Promise<Reading | undefined> =>
      (await ledger.read(readingKey(object), readingSchema))?.value,
    recordReading: (reading: Reading) => put(readingKey(reading), readingSchema, () => reading),

    /** The newest verified backup of the series that a key belongs to. */
    verified: async (backup: string, key: string): Promise<Verified | undefined> =>
      (await ledger.read(verifiedKey(backup, key), verifiedSchema))?.value,
    /** Only ever moves forward in time, so an old backup that is read again changes nothing. */
    recordVerified: (backup: string, verified: Verified) =>
      put(verifiedKey(backup, verified.key), verifiedSchema, (old) =>
        old !== undefined && old.lastModified > verified.lastModified ? undefined : verified,
      ),

    unjudged: async (backup: string): Promise<Unjudged | undefined> =>
      (await ledger.read(unjudgedKey(backup), unjudgedSchema))?.value,
    recordUnjudged: (backup: string, unjudged: Unjudged) =>
      put(unjudgedKey(backup), unjudgedSchema, (old) =>
        old !== undefined && old.lastModified > unjudged.lastModified ? undefined : unjudged,
      ),
    clearUnjudged: (backup: string) => ledger.remove(unjudgedKey(backup)),

    problem: async (object: { bucket: string; key: string }): Promise<Problem | undefined> =>
      (await ledger.read(problemKey(object), problemSchema))?.value,
    recordProblem: (problem: Problem) =>
      put(problemKey(problem), problemSchema, (old) => ({
        ...problem,
        since: old?.since ?? problem.since,
      })),
    clearProblem: (object: { bucket: string; key: string }) => ledger.remove(problemKey(object)),
    async *problems(): AsyncGenerator<Problem> {
      for await (const key of ledger.keys('problems/')) {
        const problem = (await ledger.read(key, problemSchema))?.value;
        if (problem !== undefined) yield problem;
      }
    },
  };
};
