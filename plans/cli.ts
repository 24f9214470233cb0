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

/** The command line is wrong: nothing was read. */
class UsageError extends Error {}

const plansHere = (): string =>
  globSync('plans/*.{yml,yaml}', { cwd: ROOT })
    .sort()
    .map((file) => relative(process.cwd(), join(ROOT, file)))
    .join(', ');

const check = async (files: string[], stage: string): Promise<void> => {
  const [file, ...more] = files;
  if (file === undefined) throw new UsageError(`which plan? There are: ${plansHere()}`);
  if (more.length > 0) throw new UsageError(`one plan at a time, not ${files.join(' ')}`);
  const { plan, warnings } = await loadPlan(file, { stage, env: process.env });
  console.log(printPlan(plan));
  for (const problem of warnings) console.log(formatProblem(problem));
  console.log(`${file}: can be deployed; warnings: ${warnings.length}`);
};

const writeSchema = (): void => {
  writeFileSync(SCHEMA_FILE, `${JSON.stringify(planJsonSchema(), null, 2)}\n`);
  console.log(`wrote ${relative(process.cwd(), SCHEMA_FILE)}`);
};

const run = async (argv: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { help: { type: 'boolean' }, stage: { type: 'string', default: 'prod' } },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return console.log(HELP);
  if (command === 'check') return check(rest, values.stage);
  if (command === 'schema') return writeSchema();
  const near = nearestName(command ?? '', COMMANDS);
  const hint = near === undefined ? `there are: ${COMMANDS.join(', ')}` : `did you mean "${near}"?`;
  throw new UsageError(
    command === undefined
      ? `which command? There are: ${COMMANDS.join(', ')}`
      : `unknown command "${command}"; ${hint}`,
  );
};

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS'));

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof PlanError) {
    console.error(error.message);
    if (error.problems.some(({ line }) => line === 0))
      console.error(`the plans here: ${plansHere()}`);
    process.exitCode = 1;
  } else if (isUsage(error)) {
    console.error(`plan: ${error.message}\n\n${HELP}`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
