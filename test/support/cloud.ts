import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, startCloud } from '../../local/cloud.ts';

export type TestCloud = Cloud & { dir: string };

/** A whole cloud with a plan deployed to it, in a folder and on ports of its own. `stop` ends both. */
export const deployTestCloud = async (planText: string): Promise<TestCloud> => {
  const dir = await mkdtemp(join(tmpdir(), 'lifeboat-e2e-'));
  const planFile = join(dir, 'plan.yml');
  await writeFile(planFile, planText);
  const cloud = await startCloud({ planFile, dir, log: () => {} });
  const stop = async () => {
    await cloud.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { ...cloud, dir, stop };
};
