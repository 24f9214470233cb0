import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { waitUntil } from './wait-until.ts';

/** A process that was started here. The start tells it from a later one with the same number. */
export const processRecordSchema = z.strictObject({
  name: z.string(),
  pid: z.int().min(2),
  startedAt: z.string().min(1),
});
export type ProcessRecord = z.infer<typeof processRecordSchema>;

const run = promisify(execFile);

/** Fields of /proc/PID/stat after the command, which stands in brackets and may hold anything. */
const STATE = 0;
const START_TICKS = 19;

const startFromProc = async (pid: number): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[STATE] === 'Z' ? undefined : fields[START_TICKS];
};

const startFromPs = async (pid: number): Promise<string | undefined> => {
  const answer = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
};

/** When a process began, in the system's own notation; undefined where it runs no more. */
export const startOf = (pid: number): Promise<string | undefined> =>
  process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);

/** @throws where the process has ended already. */
export const recordProcess = async (name: string, pid: number): Promise<ProcessRecord> => {
  const startedAt = await startOf(pid);
  if (startedAt === undefined) throw new Error(`${name} ended at once`);
  return { name, pid, startedAt };
};

export const isRunning = async ({ pid, startedAt }: ProcessRecord): Promise<boolean> =>
  (await startOf(pid)) === startedAt;

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    // Each was started as the leader of a group, so what it started itself ends with it.
    process.kill(-pid, name);
  } catch {
    // It has ended in this very moment.
  }
};

const GRACE_MS = 5_000;

/**
 * Ends a recorded process with those that it started. A process that is not the recorded one is left
 * alone, whatever its number. May be called twice.
 *
 * @param graceMs between the request to end and the end by force.
 */
export const endProcess = async (record: ProcessRecord, graceMs = GRACE_MS): Promise<void> => {
  if (!(await isRunning(record))) return;
  signal(record.pid, 'SIGTERM');
  const gone = async () => ((await isRunning(record)) ? undefined : true);
  try {
    await waitUntil(gone, { deadlineMs: graceMs, everyMs: 50, what: record.name });
  } catch {
    signal(record.pid, 'SIGKILL');
    await waitUntil(gone, { deadlineMs: GRACE_MS, everyMs: 50, what: `the end of ${record.name}` });
  }
};
