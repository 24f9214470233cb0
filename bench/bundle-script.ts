import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import * as z from 'zod';
import plugins from '../deploy/esbuild-plugins.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What serverless.yml gives to esbuild itself; the rest is serverless-esbuild's own. */
const settingsSchema = z.object({
  custom: z.object({
    esbuild: z.object({
      bundle: z.boolean(),
      minify: z.boolean(),
      keepNames: z.boolean(),
      format: z.literal('esm'),
      platform: z.literal('node'),
      target: z.string(),
      mainFields: z.array(z.string()),
      banner: z.object({ js: z.string() }),
    }),
  }),
});

/**
 * Bundles a script with the settings of the deploy, so that what is measured is the code that Lambda runs:
 * no types to be taken out at the start, nothing loaded that the function does not use.
 *
 * @returns the path of the bundle in `dir`.
 */
export const bundleScript = async (script: string, dir: string): Promise<string> => {
  const text = await readFile(join(ROOT, 'serverless.yml'), 'utf8');
  // The tags of CloudFormation concern other parts of the file.
  const { custom } = settingsSchema.parse(parse(text, { logLevel: 'error' }));
  const outfile = join(dir, basename(script).replace(/\.ts$/, '.mjs'));
  await build({ ...custom.esbuild, entryPoints: [script], outfile, plugins, logLevel: 'error' });
  return outfile;
};
