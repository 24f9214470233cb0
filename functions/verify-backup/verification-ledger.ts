import type * as z from 'zod';
import type { JsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { digest } from './fingerprint.ts';
import {
  type Asked,
  judgedSchema,
  type Newest,
  newestSchema,
  type Problem,
  problemSchema,
  type Reading,
  readingSchema,
  type Unjudged,
  unjudgedSchema,
  type Wait,
  waitSchema,
} from './ledger-records.ts';
import type { Verified } from './verified.ts';

const readingKey = ({ bucket, key }: { bucket: string; key: string }): string =>
  `readings/${digest(bucket, key)}.json`;
/** What is said of an object, and what is said of its series, stand side by side. */
type ProblemPlace = { bucket: string; key: string } | { series: string };
const problemKey = (place: ProblemPlace): string =>
  'series' in place
    ? `problems/series-${digest(place.series)}.json`
    : `problems/${digest(place.bucket, place.key)}.json`;
const placeOf = ({ series, bucket, key }: Problem): ProblemPlace =>
  series === undefined ? { bucket, key } : { series };
const waitKey = ({ bucket, key }: { bucket: string; key: string }): string =>
  `waits/${digest(bucket, key)}.json`;
const judgedKey = (backup: string): string => `judged/${backup}.json`;
const unjudgedKey = (backup: string): string => `unjudged/${backup}.json`;

const verifiedKey = (backup: string, series: string): string =>
  `verified/${backup}/${digest(series).slice(0, 16)}.json`;

export type VerificationLedger = ReturnType<typeof createVerificationLedger>;

type Dated = Pick<Verified, 'key' | 'lastModified'>;

export const isSameBackup = (a: Dated, b: Dated): boolean =>
  a.key === b.key && a.lastModified === b.lastModified;

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

    verified: async (backup: string, series: string): Promise<Newest | undefined> =>
      (await ledger.read(verifiedKey(backup, series), newestSchema))?.value,
    /**
     * Only ever moves forward in time, so an old backup that is read again changes nothing, and the
     * newest keeps the one that it was judged by.
     */
    recordVerified: (backup: string, series: string, verified: Verified) =>
      put(verifiedKey(backup, series), newestSchema, (old) => {
        if (old === undefined) return verified;
        if (old.lastModified > verified.lastModified) return undefined;
        const { before, ...newest } = old;
        return { ...verified, before: isSameBackup(old, verified) ? before : newest };
      }),

    judged: async (backup: string): Promise<string | undefined> =>
      (await ledger.read(judgedKey(backup), judgedSchema))?.value?.lastModified,
    /** Only ever moves forward in time. */
    recordJudged: (backup: string, judged: Dated) =>
      put(judgedKey(backup), judgedSchema, (old) =>
        old !== undefined && old.lastModified >= judged.lastModified ? undefined : judged,
      ),

    unjudged: async (backup: string): Promise<Unjudged | undefined> =>
      (await ledger.read(unjudgedKey(backup), unjudgedSchema))?.value,
    recordUnjudged: (backup: string, unjudged: Unjudged) =>
      put(unjudgedKey(backup), unjudgedSchema, (old) =>
        old !== undefined && old.lastModified > unjudged.lastModified ? undefined : unjudged,
      ),
    /** Notes that it is read again, unless it was meanwhile or is gone. */
    noteAskedOfUnjudged: (backup: string, { report }: Unjudged, asked: Asked) =>
      put(unjudgedKey(backup), unjudgedSchema, (old) =>
        old?.report.checkedAt === report.checkedAt ? { ...old, asked } : undefined,
      ),
    clearUnjudged: (backup: string) => ledger.remove(unjudgedKey(backup)),

    wait: async (folder: { bucket: string; key: string }): Promise<Wait | undefined> =>
      (await ledger.read(waitKey(folder), waitSchema))?.value,
    /** False where somebody else was first, and no wait is to be replaced: theirs is on its way. */
    beginWait: async (wait: Wait, now: Date, isReplaced: boolean): Promise<boolean> => {
      const stored = await ledger.read(waitKey(wait), waitSchema);
      const isOn = (stored?.value?.until ?? '') > now.toISOString();
      if (isOn && !isReplaced) return false;
      return ledger.write(waitKey(wait), wait, stored?.etag);
    },
    clearWait: (folder: { bucket: string; key: string }) => ledger.remove(waitKey(folder)),

    problem: async (place: ProblemPlace): Promise<Problem | undefined> =>
      (await ledger.read(problemKey(place), problemSchema))?.value,
    recordProblem: (problem: Problem) =>
      put(problemKey(placeOf(problem)), problemSchema, (old) => ({
        ...problem,
        since: old?.since ?? problem.since,
      })),
    /** Notes that it is read again, unless it was meanwhile or is gone. */
    noteAsked: (problem: Problem, asked: Asked) =>
      put(problemKey(placeOf(problem)), problemSchema, (old) =>
        old?.report.checkedAt === problem.report.checkedAt ? { ...old, asked } : undefined,
      ),
    /** Notes under what the object of a series' problem was read since, where that said nothing else of it. */
    noteRead: (
      series: string,
      object: Pick<Problem, 'key' | 'etag'>,
      { fingerprint, reader }: Pick<Problem, 'fingerprint' | 'reader'>,
    ) =>
      put(problemKey({ series }), problemSchema, (old) => {
        const isIt = old?.key === object.key && old.etag === object.etag;
        const isNoted = old?.fingerprint === fingerprint && old?.reader === reader;
        return isIt && !isNoted ? { ...old, fingerprint, reader } : undefined;
      }),
    clearProblem: (place: ProblemPlace) => ledger.remove(problemKey(place)),
    forgetProblem: (problem: Problem) => ledger.remove(problemKey(placeOf(problem))),
    async *problems(): AsyncGenerator<Problem> {
      for await (const key of ledger.keys('problems/')) {
        const problem = (await ledger.read(key, problemSchema))?.value;
        if (problem !== undefined) yield problem;
      }
    },
  };
};
