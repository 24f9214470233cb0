import * as z from 'zod';

const paramsSchema = z.record(z.string(), z.record(z.string(), z.unknown())).default({});
const cliSchema = z.array(z.string()).default([]);

/**
 * Which plan is deployed: `--param plan=FILE`, else what `params` in serverless.yml say for the stage,
 * else what they say by default. A relative file is relative to serverless.yml.
 *
 * @throws where none of them names one.
 */
export const choosePlanFile = (cli: unknown, params: unknown, stage: string): string => {
  const given = cliSchema
    .parse(cli)
    .flatMap((text) => /^plan=(.+)$/.exec(text)?.[1]?.trim() ?? [])
    .at(-1);
  const byStage = paramsSchema.parse(params ?? {});
  const file = given ?? byStage[stage]?.plan ?? byStage.default?.plan;
  if (typeof file === 'string' && file !== '') return file;
  throw new RangeError('No plan is named: add --param plan=FILE');
};
