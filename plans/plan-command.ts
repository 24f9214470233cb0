import { globSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { loadPlan } from '../shared/plan/load-plan.ts';
import { nearestName } from '../shared/plan/nearest-name.ts';
import { planJsonSchema } from '../shared/plan/plan-json-schema.ts';
import { formatProblem, PlanError } from '../shared/plan/plan-problem.ts';
import { printPlan } from './print-plan.ts';

const ROOT = join(import.meta.dirname, '..');
const SCHEMA_FILE = join(ROOT, 'plan.schema.json');
const COMMANDS = ['check', 'schema'];

const HELP = `usage: npm run plan -- check FILE [--stage STAGE]   read a plan, say what is wrong, print it
       npm run plan -- schema                       write plan.schema.json for editors

  --stage STAGE   what the plan is read for; "local" allows http on 127.0.0.1 (default: prod)
  --help          this text

exit code: 0 the plan can be deployed, 1 it cannot, 2 the command line is wrong`;

export type Surroundings = {
  env: Record<string, string | undefined>;
  /** Each takes one or more lines, without the last line's end. */
  out: (text: string) => void;
  err: (text: string) => void;
};

/** The command line is wrong: nothing was read. */
class UsageError extends Error {}

const plansHere = (): string =>
  globSync('plans/*.{yml,yaml}', { cwd: ROOT })
    .sort()
    .map((file) => relative(process.cwd(), join(ROOT, file)))
    .join(', ');

const check = async (files: string[], stage: string, { env, out }: Surroundings): Promise<void> => {
  const [file, ...more] = files;
  if (file === undefined) throw new UsageError(`which plan? There are: ${plansHere()}`);
  if (more.length > 0) throw new UsageError(`one plan at a time, not ${files.join(' ')}`);
  const { plan, warnings } = await loadPlan(file, { stage, env });
  out(printPlan(plan, stage));
  for (const problem of warnings) out(formatProblem(problem));
  out(`${file}: can be deployed; warnings: ${warnings.length}`);
};

const writeSchema = ({ out }: Surroundings): void => {
  writeFileSync(SCHEMA_FILE, `${JSON.stringify(planJsonSchema(), null, 2)}\n`);
  out(`wrote ${relative(process.cwd(), SCHEMA_FILE)}`);
};

const unknownCommand = (command: string | undefined): UsageError => {
  const all = COMMANDS.join(', ');
  if (command === undefined) return new UsageError(`which command? There are: ${all}`);
  const near = nearestName(command, COMMANDS);
  const hint = near === undefined ? `there are: ${all}` : `did you mean "${near}"?`;
  return new UsageError(`unknown command "${command}"; ${hint}`);
};

const run = async (argv: string[], around: Surroundings): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { help: { type: 'boolean' }, stage: { type: 'string', default: 'prod' } },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return around.out(HELP);
  if (command === 'check') return check(rest, values.stage, around);
  if (command === 'schema') return writeSchema(around);
  throw unknownCommand(command);
};

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS'));

/** Carries out `npm run plan -- …` and answers its exit code. */
export const runPlanCommand = async (argv: string[], around: Surroundings): Promise<number> => {
  try {
    await run(argv, around);
    return 0;
  } catch (error) {
    if (error instanceof PlanError) {
      around.err(error.message);
      const isUnread = error.problems.some(({ line }) => line === 0);
      if (isUnread) around.err(`the plans here: ${plansHere()}`);
      return 1;
    }
    if (!isUsage(error)) throw error;
    around.err(`plan: ${error.message}\n\n${HELP}`);
    return 2;
  }
};
