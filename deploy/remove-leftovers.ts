import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the folders that serverless-esbuild makes in the folder for temporary files for every function, and
 * cannot remove itself since they are not empty: `<function>-<process>-<milliseconds>-<8 hex digits>`.
 */
export const removeLeftovers = async (
  folder: string,
  functions: readonly string[],
  pid: number,
): Promise<void> => {
  const left = new RegExp(`^(${functions.join('|')})-${pid}-\\d+-[0-9a-f]{8}$`);
  for (const name of await readdir(folder)) {
    if (left.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
};
