import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createProgressLog } from '../local/log.ts';
import { ensurePython } from '../local/python.ts';
import { runCommand } from '../local/run-command.ts';
import { packageService } from './package-service.ts';
import { ROOT } from './run-osls.ts';

const HELP = `Usage: npm run lint:template

Packages the example plan and an empty one, and reads the CloudFormation templates with cfn-lint, which
is installed into .local/venv-check on first use.
`;

const PLANS = ['plans/mailblast.yml', 'test/fixtures/empty-plan.yml'];
const run = promisify(execFile);

const lint = async (bin: string, templateText: string): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'lifeboat-template-'));
  try {
    const file = join(dir, 'template.json');
    await writeFile(file, templateText);
    await run(join(bin, 'cfn-lint'), ['--regions', 'us-east-1', 'eu-central-1', '--', file]);
  } catch (error) {
    const output = error instanceof Error ? Reflect.get(error, 'stdout') : undefined;
    throw new Error(String(output ?? error));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

await runCommand(HELP, async () => {
  const log = createProgressLog();
  const requirements = join(ROOT, 'local', 'requirements-check.txt');
  const bin = await ensurePython(join(ROOT, '.local', 'venv-check'), requirements, log);
  for (const planFile of PLANS) {
    const { templateText } = await packageService({ stage: 'prod', planFile });
    await lint(bin, templateText);
    log(`cfn-lint has nothing to say about the template of ${planFile}`);
  }
});
