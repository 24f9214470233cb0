import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { isRunning, processRecordSchema, recordProcess } from './process-record.ts';
import { waitUntil } from './wait-until.ts';

const TEN_MINUTES = 600_000;

const holderOf = async (file: string) => {
  const text = await readFile(file, 'utf8').catch(() => '');
  const parsed = z.preprocess((value) => JSON.parse(String(value)), processRecordSchema);
  return text === '' ? undefined : parsed.safeParse(text).data;
};

const take = async (file: string): Promise<true | undefined> => {
  const self = await recordProcess('lock', process.pid);
  try {
    await writeFile(file, JSON.stringify(self), { flag: 'wx' });
    return true;
  } catch {
    const holder = await holderOf(file);
    // Whoever held it has ended without giving it back.
    if (holder !== undefined && !(await isRunning(holder))) await rm(file, { force: true });
    return undefined;
  }
};

/** Runs work that only one process may do at a time, waiting for the others at most ten minutes. */
export const withFileLock = async <T>(
  file: string,
  work: () => Promise<T>,
  deadlineMs = TEN_MINUTES,
): Promise<T> => {
  await mkdir(dirname(file), { recursive: true });
  await waitUntil(() => take(file), { deadlineMs, what: `the lock ${file}` });
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};
