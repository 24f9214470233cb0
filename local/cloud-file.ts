import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ProcessRecord, processRecordSchema } from './process-record.ts';

/** `cloud.json`: what a client of the cloud on this machine must know. Keys of maps are short names. */
export const cloudSchema = z.strictObject({
  endpoint: z.url(),
  rdsEndpoint: z.url(),
  region: z.string(),
  stage: z.string(),
  factsTopicArn: z.string(),
  /** `verify-backup` → the name that `sls invoke` and the Lambda API know it by. */
  functions: z.record(z.string(), z.string()),
  /** `verify-backup` or `deliver-<channel>` → address. */
  queues: z.record(z.string(), z.string()),
  deadLetterQueues: z.record(z.string(), z.string()),
  /** The buckets that the plan names. */
  buckets: z.array(z.string()),
  /** Buckets of Lifeboat's own: ledgers, and the one that the deploy uses. */
  ownBuckets: z.array(z.string()),
  tables: z.array(z.string()),
  planFile: z.string(),
  planDigest: z.string(),
});
export type CloudFile = z.infer<typeof cloudSchema>;

const processesSchema = z.strictObject({
  endpoint: z.url(),
  rdsEndpoint: z.url(),
  processes: z.array(processRecordSchema),
});
export type Running = z.infer<typeof processesSchema>;

const CLOUD = 'cloud.json';
const PROCESSES = 'processes.json';

const read = async <T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not what was written there`, { cause: error });
  }
};

const write = (file: string, content: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`);

export const cloudFileIn = (dir: string): string => join(dir, CLOUD);

export const readCloudFile = (dir: string) => read(cloudFileIn(dir), cloudSchema);
export const writeCloudFile = (dir: string, cloud: CloudFile) => write(cloudFileIn(dir), cloud);

/** Written before anything is deployed, so that whatever was started can be ended. */
export const readRunning = (dir: string) => read(join(dir, PROCESSES), processesSchema);
export const writeRunning = (dir: string, running: Running) => write(join(dir, PROCESSES), running);

export const forgetCloud = async (dir: string): Promise<void> => {
  await rm(cloudFileIn(dir), { force: true });
  await rm(join(dir, PROCESSES), { force: true });
};

export type { ProcessRecord };
