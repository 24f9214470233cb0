import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, isRunning, type ProcessRecord, recordProcess } from './process-record.ts';
import { waitUntil } from './wait-until.ts';

type Service = {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  /** Where its output goes. */
  logFile: string;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Answers true as soon as the service serves. */
  isReady: () => Promise<boolean>;
  deadlineMs?: number;
};

/** A service did not come up. The message ends with the last lines of its log. */
export class ServiceNotStartedError extends Error {
  constructor(name: string, why: string, logFile: string, tail: string) {
    super(`${name} did not start: ${why}\n--- the end of ${logFile}\n${tail || '(empty)'}`);
    this.name = 'ServiceNotStartedError';
  }
}

const LAST_LINES = 20;

const tailOf = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => ''))
    .trimEnd()
    .split('\n')
    .slice(-LAST_LINES)
    .join('\n');

/**
 * Starts a service in the background, as the leader of its own process group, and waits until it
 * serves. It outlives this process: whoever calls keeps the record and ends it with `endProcess`.
 *
 * @throws {ServiceNotStartedError} after ending what was started.
 */
export const startService = async (service: Service): Promise<ProcessRecord> => {
  const {
    name,
    command,
    args,
    env,
    logFile,
    cwd,
    uid,
    gid,
    isReady,
    deadlineMs = 60_000,
  } = service;
  const log = await open(logFile, 'w', 0o644);
  const child = spawn(command, args, {
    cwd,
    uid,
    gid,
    env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const failed = async (why: string) =>
    new ServiceNotStartedError(name, why, logFile, await tailOf(logFile));
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw await failed(error instanceof Error ? error.message : String(error));
  } finally {
    await log.close();
  }
  child.unref();
  const record = await recordProcess(name, child.pid ?? 0).catch(async () => {
    // A service that ends at once has said why by the time its log is read.
    await sleep(100);
    throw await failed('it ended at once');
  });
  try {
    await waitUntil(
      async () => {
        if (!(await isRunning(record))) return 'ended';
        return (await isReady()) ? 'ready' : undefined;
      },
      { deadlineMs, what: name },
    ).then(async (state) => {
      if (state === 'ended') throw await failed('it ended');
    });
  } catch (error) {
    await endProcess(record);
    if (error instanceof ServiceNotStartedError) throw error;
    throw await failed(`it does not answer after ${deadlineMs / 1_000} s`);
  }
  return record;
};
