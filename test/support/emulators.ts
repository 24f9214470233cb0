import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../local/emulator-pair.ts';
import { endProcess } from '../../local/process-record.ts';

declare module 'vitest' {
  interface ProvidedContext {
    endpoint: string;
    rdsEndpoint: string;
  }
}

/** One MiniStack and one moto for all integration tests; each test makes what it needs under its own names. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const dir = await mkdtemp(join(tmpdir(), 'lifeboat-integration-'));
  const running = await startEmulators(dir, undefined, () => {});
  project.provide('endpoint', running.endpoint);
  project.provide('rdsEndpoint', running.rdsEndpoint);
  return async () => {
    for (const record of running.processes) await endProcess(record);
    await rm(dir, { recursive: true, force: true });
  };
};
