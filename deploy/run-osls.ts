import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { withFileLock } from '../local/file-lock.ts';

export const ROOT = resolve(import.meta.dirname, '..');
const OSLS = join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** osls ended with an error; the message is what it printed. */
export class OslsError extends Error {
  constructor(command: string, output: string) {
    super(`sls ${command} failed:\n${output.trim()}`);
    this.name = 'OslsError';
  }
}

type Environment = Record<string, string | undefined>;

/** Where a call says what AWS it means, nothing of the user's own settings may say otherwise. */
const environmentOf = (given: Environment): Environment => {
  const own = Object.entries(process.env).filter(
    ([name]) => given.AWS_ENDPOINT_URL === undefined || !name.startsWith('AWS_'),
  );
  return { ...Object.fromEntries(own), ...given };
};

const run = (args: string[], environment: Environment): Promise<void> =>
  new Promise((done, reject) => {
    const child = spawn(process.execPath, [OSLS, ...args], {
      cwd: ROOT,
      env: environmentOf(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) done();
      else reject(new OslsError(args[0] ?? '', output.join('')));
    });
  });

/**
 * Runs osls, and then what reads the files that it left. One at a time in a checkout, since osls and
 * esbuild always work in the same two folders of it.
 *
 * @throws {OslsError} with what osls printed.
 */
export const runOsls = <T>(
  args: string[],
  environment: Environment,
  readResult: () => Promise<T>,
): Promise<T> =>
  withFileLock(join(ROOT, '.lifeboat', 'osls.lock'), async () => {
    await run(args, environment);
    return readResult();
  });
