import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { processRecordSchema } from './process-record.ts';

/** `cloud.json`: what a client of the cloud on this machine must know. Keys of maps are short names. */
export type CloudFile = {
  endpoint: string;
  rdsEndpoint: string;
  region: string;
  stage: string;
  factsTopicArn: string;
  /** `verify-backup` → the name that `sls invoke` and the Lambda API know it by. */
  functions: Record<string, string>;
  /** `verify-backup` or `deliver-<channel>` → address. */
  queues: Record<string, string>;
  deadLetterQueues: Record<string, string>;
  /** The buckets that the plan names. */
  buckets: string[];
  /** Buckets of Lifeboat's own: ledgers, and the one that the deploy uses. */
  ownBuckets: string[];
  tables: string[];
  planFile: string;
  planDigest: string;
};

/** What runs, as a later process must know it to end it. */
const processesSchema = z.strictObject({
  endpoint: z.url(),
  rdsEndpoint: z.url(),
  processes: z.array(processRecordSchema),
});
export type Running = z.infer<typeof processesSchema>;

const CLOUD = 'cloud.json';
const PROCESSES = 'processes.json';

const write = (file: string, content: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`);

export const cloudFileIn = (dir: string): string => join(dir, CLOUD);

export const writeCloudFile = (dir: string, cloud: CloudFile) => write(cloudFileIn(dir), cloud);

/** Written before anything is deployed, so that whatever was started can be ended. */
export const writeRunning = (dir: string, running: Running) => write(join(dir, PROCESSES), running);

/** @throws where the file was damaged: what it named cannot be ended then. */
export const readRunning = async (dir: string): Promise<Running | undefined> => {
  const file = join(dir, PROCESSES);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return processesSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not what was written there`, { cause: error });
  }
};

export const forgetCloud = async (dir: string): Promise<void> => {
  await rm(cloudFileIn(dir), { force: true });
  await rm(join(dir, PROCESSES), { force: true });
};
