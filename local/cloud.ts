import { join, resolve } from 'node:path';
import { type LoadedPlan, loadPlan } from '../shared/plan/load-plan.ts';
import { announceObjects } from './announce-objects.ts';
import { type LocalClients, localClients } from './clients.ts';
import {
  type CloudFile,
  cloudFileIn,
  forgetCloud,
  type Running,
  readRunning,
  writeCloudFile,
  writeRunning,
} from './cloud-file.ts';
import { deploy } from './deploy.ts';
import { discover } from './discover.ts';
import { startEmulators } from './emulator-pair.ts';
import { withFileLock } from './file-lock.ts';
import type { Log } from './log.ts';
import { createPlanBuckets, planBuckets } from './plan-buckets.ts';
import { endProcess, isRunning } from './process-record.ts';
import { LOCAL_REGION } from './start-emulators.ts';

export type Cloud = CloudFile & { clients: LocalClients; stop: () => Promise<void> };

type Options = {
  planFile: string;
  /** Where logs, `cloud.json` and the emulators' files go. */
  dir: string;
  /** Without it: the first free one from 4566 on. */
  port?: number;
  log: Log;
  /** Called when the buckets are there and nothing is deployed yet. */
  prepare?: (cloud: { endpoint: string; clients: LocalClients }) => Promise<void>;
  /** Another serverless.yml, for experiments. */
  config?: string;
};

const STAGE = 'local';

/** The emulators of a folder, where every one of them still runs. */
export const runningIn = async (dir: string): Promise<Running | undefined> => {
  const running = await readRunning(resolve(dir));
  const alive = await Promise.all(running?.processes.map(isRunning) ?? []);
  return alive.length > 0 && alive.every(Boolean) ? running : undefined;
};

const bringUp = async (
  { planFile, log, config, prepare }: Options,
  { plan }: LoadedPlan,
  { endpoint, rdsEndpoint }: Running,
): Promise<CloudFile> => {
  const clients = localClients(endpoint);
  const buckets = planBuckets(plan);
  log(
    `Creating ${buckets.length} buckets: ${buckets.map(({ name }) => name).join(', ') || 'none'}`,
  );
  await createPlanBuckets(clients.s3, buckets);
  await prepare?.({ endpoint, clients });
  log(`Deploying ${planFile} with sls deploy --stage ${STAGE}`);
  await deploy({ endpoint, stage: STAGE, planFile, config });
  const deployed = await discover(endpoint, clients, STAGE);
  const queue = deployed.queues['verify-backup'];
  if (queue !== undefined) {
    const name = queue.slice(queue.lastIndexOf('/') + 1);
    const account = deployed.factsTopicArn.split(':')[4];
    await announceObjects(clients.s3, plan, `arn:aws:sqs:${LOCAL_REGION}:${account}:${name}`);
  }
  return {
    endpoint,
    rdsEndpoint,
    region: LOCAL_REGION,
    stage: STAGE,
    ...deployed,
    buckets: buckets.map(({ name }) => name),
    planFile: resolve(planFile),
    planDigest: plan.digest,
  };
};

/**
 * Starts the cloud on this machine and deploys a plan to it. Where it is up already, the plan is
 * deployed to what runs. The emulators outlive this process until `stop` or `stopCloud` ends them.
 *
 * @throws {PlanError} before anything is started.
 */
export const startCloud = (options: Options): Promise<Cloud> => {
  const dir = resolve(options.dir);
  return withFileLock(join(dir, 'up.lock'), () => startIn({ ...options, dir }));
};

const startIn = async (options: Options): Promise<Cloud> => {
  const { planFile, port, dir, log } = options;
  const loaded = await loadPlan(planFile, { stage: STAGE, env: process.env });
  const before = await runningIn(dir);
  if (before !== undefined) {
    if (port !== undefined && before.endpoint !== `http://127.0.0.1:${port}`) {
      throw new Error(
        `The cloud in ${dir} is at ${before.endpoint}. End it with npm run local:down, or take another --dir.`,
      );
    }
    log(`A cloud is up already at ${before.endpoint}; the plan is deployed to it`);
  }
  // Of a cloud that lost one of its emulators nothing is of use.
  if (before === undefined) await stopCloud(dir);
  const running = before ?? (await startEmulators(dir, port, log));
  await writeRunning(dir, running);
  try {
    const file = await bringUp(options, loaded, running);
    await writeCloudFile(dir, file);
    log(`The cloud is up; ${cloudFileIn(dir)} says where everything is`);
    return {
      ...file,
      clients: localClients(file.endpoint),
      stop: () => stopCloud(dir).then(() => {}),
    };
  } catch (error) {
    if (before === undefined) await stopCloud(dir);
    throw error;
  }
};

/** Ends the cloud of a folder, and nothing else. Answers false where none was up. */
export const stopCloud = async (dir: string): Promise<boolean> => {
  const running = await readRunning(resolve(dir));
  const alive = await Promise.all(running?.processes.map(isRunning) ?? []);
  await Promise.all(running?.processes.map((record) => endProcess(record)) ?? []);
  await forgetCloud(resolve(dir));
  return alive.some(Boolean);
};
