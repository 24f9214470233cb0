import { Logger } from '@aws-lambda-powertools/logger';
import { type CheckReport, checkReportSchema } from '../../events/check-reported/v1.ts';
import type { StoredObject } from '../../functions/verify-backup/object-client.ts';
import type { Target } from '../../functions/verify-backup/parse-targets.ts';
import { createReadsLedger } from '../../functions/verify-backup/reads-ledger.ts';
import type { Services } from '../../functions/verify-backup/services.ts';
import { type Sweep, sweepProblems } from '../../functions/verify-backup/sweep-problems.ts';
import { createVerificationLedger } from '../../functions/verify-backup/verification-ledger.ts';
import { type Outcome, verifyObject } from '../../functions/verify-backup/verify-object.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { JsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { readPlan } from './plan-text.ts';

const bucket = 'backups';
const log = new Logger({ logLevel: 'SILENT' });

/** Makes the effect, and dies before or after it where its turn has come. */
type Call = <T>(effect: () => T) => Promise<T>;

/** Records in memory, with the conditional writes of the real ledger. */
const memoryLedger = (records: Map<string, unknown>, call: Call): JsonLedger => {
  const etags = new Map<string, string>();
  let writes = 0;
  return {
    read: (key, schema) =>
      call(() => {
        if (!records.has(key)) return undefined;
        const value = schema.safeParse(structuredClone(records.get(key))).data;
        return { value, etag: etags.get(key) ?? '' };
      }),
    write: (key, value, etag) =>
      call(() => {
        if ((records.has(key) ? (etags.get(key) ?? '') : undefined) !== etag) return false;
        writes += 1;
        records.set(key, JSON.parse(JSON.stringify(value)));
        etags.set(key, String(writes));
        return true;
      }),
    remove: (key) =>
      call(() => {
        records.delete(key);
        etags.delete(key);
      }),
    async *keys(prefix) {
      yield* [...records.keys()].filter((key) => key.startsWith(prefix));
    },
  };
};

export type Said = Pick<CheckReport, 'verdict' | 'reason' | 'severity'> & {
  subject: string;
  report: CheckReport;
};

/**
 * `verify-backup` over the objects of bucket `backups` and a ledger in memory, at any time; what it says is what
 * it published.
 */
export const verifyStage = (plan: string) => {
  const records = new Map<string, unknown>();
  const stored = new Map<string, { object: StoredObject; body: Buffer }>();
  const queue: Target[] = [];
  const published: CheckReport[] = [];
  let reads = 0;
  let passphrase = '';
  const find = (key: string) => {
    const found = stored.get(key);
    if (found !== undefined) return found;
    throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
  };
  let left = Number.POSITIVE_INFINITY;
  const die = (): void => {
    left -= 1;
    if (left === 0) throw new Error('killed');
  };
  const call: Call = async (effect) => {
    die();
    const result = effect();
    die();
    return result;
  };
  const json = memoryLedger(records, call);
  const services: Services = {
    plan: readPlan(plan).plan,
    region: 'us-east-1',
    stage: 'prod',
    service: 'lifeboat',
    memoryMb: 1_769,
    settleSeconds: 0,
    objects: {
      head: async ({ key }) => find(key).object,
      async *read({ key }) {
        reads += 1;
        yield find(key).body;
      },
      tail: async ({ key }, count) => find(key).body.subarray(-count),
      list: async () => [],
    },
    readSecret: async () => passphrase,
    ledger: createVerificationLedger(json),
    reads: createReadsLedger(json),
    async *listObjects() {},
    publish: (events) =>
      call(() => {
        for (const { data } of events) published.push(checkReportSchema.parse(data));
      }),
    enqueue: (targets) =>
      call(() => {
        queue.push(...targets);
      }),
  };
  const run = (at: string): Run => ({
    now: () => new Date(at),
    remainingMs: () => 600_000,
    correlationId: 'test',
    log,
  });
  return {
    services,
    records,
    queue,
    run,
    /** How many objects were read so far. */
    reads: () => reads,
    /**
     * Does something, and dies at the `moment`th moment before or after an effect. False where it ended before
     * that.
     */
    killAt: async (moment: number, task: () => Promise<unknown>): Promise<boolean> => {
      left = moment;
      try {
        await task();
        return false;
      } catch (error) {
        if (left > 0) throw error;
        return true;
      } finally {
        left = Number.POSITIVE_INFINITY;
      }
    },
    /** Another plan, or another memory, from now on. */
    deploy: (text: string, memoryMb = services.memoryMb) => {
      services.plan = readPlan(text).plan;
      services.memoryMb = memoryMb;
    },
    setPassphrase: (value: string) => {
      passphrase = value;
    },
    put: (key: string, at: string, body: Buffer, storageClass = 'STANDARD') => {
      const archived = storageClass === 'GLACIER';
      const lastModified = new Date(at);
      const etag = `"${at}"`;
      const object = { bucket, key, etag, size: body.length, lastModified, storageClass, archived };
      stored.set(key, { object, body });
    },
    remove: (key: string) => stored.delete(key),
    move: (key: string, storageClass: string) => {
      const { object, body } = find(key);
      const archived = storageClass === 'GLACIER';
      stored.set(key, { object: { ...object, storageClass, archived }, body });
    },
    verify: (key: string, at: string, cause: Target['cause'] = 'created'): Promise<Outcome> =>
      verifyObject(services, { bucket, key, cause }, run(at)),
    sweep: (at: string): Promise<Sweep> => sweepProblems(services, run(at)),
    /** Has everything read that waits in the function's own queue; how much that was. */
    deliver: async (at: string): Promise<number> => {
      const targets = queue.splice(0);
      for (const target of targets) await verifyObject(services, target, run(at));
      return targets.length;
    },
    /** What was published since it was asked for the last time. */
    said: (): Said[] =>
      published.splice(0).map((report) => {
        const { subject, verdict, reason, severity } = report;
        const name = subject.id.replace(`s3://${bucket}/`, '');
        return { subject: name, verdict, reason, ...(severity && { severity }), report };
      }),
    keys: (prefix: string): string[] => [...records.keys()].filter((key) => key.startsWith(prefix)),
  };
};
