import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { withFileLock } from './file-lock.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './start-emulators.ts';

const ROOT = resolve(import.meta.dirname, '..');
const OSLS = join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** `sls deploy` failed; the message is what it printed. */
export class DeployError extends Error {
  constructor(output: string) {
    super(`sls deploy failed:\n${output.trim()}`);
    this.name = 'DeployError';
  }
}

type Target = { endpoint: string; stage: string; planFile: string; config?: string };

const runOsls = (args: string[], endpoint: string): Promise<string> =>
  new Promise((done, reject) => {
    const child = spawn(process.execPath, [OSLS, ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
        AWS_SESSION_TOKEN: undefined,
        AWS_PROFILE: undefined,
        AWS_REGION: LOCAL_REGION,
        // Milliseconds between two looks at the stack; MiniStack has it ready at once.
        SLS_AWS_MONITORING_FREQUENCY: '300',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? done(output.join('')) : reject(new DeployError(output.join(''))),
    );
  });

/**
 * The same `sls deploy` as for AWS, against an endpoint of this machine. One at a time, since osls and
 * esbuild work in folders of the checkout.
 *
 * @throws {DeployError} with what osls printed.
 */
export const deploy = ({ endpoint, stage, planFile, config }: Target): Promise<string> =>
  withFileLock(join(ROOT, '.lifeboat', 'deploy.lock'), () =>
    runOsls(
      [
        'deploy',
        ...['--stage', stage, '--region', LOCAL_REGION, '--param', `plan=${resolve(planFile)}`],
        ...(config === undefined ? [] : ['--config', config]),
      ],
      endpoint,
    ),
  );
