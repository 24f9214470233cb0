import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { ROOT, runOsls } from './run-osls.ts';
import { type ZipEntry, zipEntries } from './zip-entries.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });
export type Template = z.infer<typeof templateSchema>;

const stateSchema = z.looseObject({
  service: z.looseObject({
    functions: z.record(
      z.string(),
      z.looseObject({ package: z.looseObject({ artifact: z.string() }) }),
    ),
  }),
});

export type PackagedService = {
  template: Template;
  /** The same as it is sent to CloudFormation. */
  templateText: string;
  /** Of each function, what its archive unpacks to. */
  archives: Record<string, ZipEntry[]>;
};

const readText = (name: string): Promise<string> =>
  readFile(join(ROOT, '.serverless', name), 'utf8');

const readPackage = async (): Promise<PackagedService> => {
  const state = stateSchema.parse(JSON.parse(await readText('serverless-state.json')));
  const archives: Record<string, ZipEntry[]> = {};
  for (const [name, settings] of Object.entries(state.service.functions)) {
    archives[name] = zipEntries(await readFile(resolve(ROOT, settings.package.artifact)));
  }
  const templateText = await readText('cloudformation-template-update-stack.json');
  return { template: templateSchema.parse(JSON.parse(templateText)), templateText, archives };
};

/**
 * Packages everything for a stage as `sls deploy` would, without an AWS account.
 *
 * @param planFile without it: the one that serverless.yml names.
 * @throws {OslsError} with what osls printed, a plan's errors among it.
 */
export const packageService = ({ stage, planFile }: { stage: string; planFile?: string }) =>
  runOsls(
    [
      ...['package', '--stage', stage],
      ...(planFile === undefined ? [] : ['--param', `plan=${resolve(planFile)}`]),
    ],
    {},
    readPackage,
  );
