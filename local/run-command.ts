import { OslsError } from '../deploy/run-osls.ts';
import { PlanError } from '../shared/plan/plan-problem.ts';
import { stopCloud } from './cloud.ts';
import { PrerequisiteMissingError } from './python.ts';
import { ServiceNotStartedError } from './start-service.ts';

/** Errors whose message says all that a person needs; where they were thrown helps nobody. */
const TOLD_BY_MESSAGE = [PlanError, OslsError, PrerequisiteMissingError, ServiceNotStartedError];

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = String(Reflect.get(error, 'code') ?? '');
  const plain =
    code.startsWith('ERR_PARSE_ARGS') || TOLD_BY_MESSAGE.some((kind) => error instanceof kind);
  if (plain || process.env.DEBUG === undefined) return error.message;
  return error.stack ?? error.message;
};

/** Runs a command line: `--help` prints the text, a failure is told in its own words with exit code 1. */
export const runCommand = async (help: string, work: () => Promise<void>): Promise<void> => {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    console.log(help);
    return;
  }
  try {
    await work();
  } catch (error) {
    console.error(describe(error));
    process.exitCode = 1;
  }
};

const MAX_PORT = 65_535;

/** @throws where the text is no port. */
export const parsePort = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port;
  throw new Error(`--port must be a number from 1 to ${MAX_PORT}, not "${text}"`);
};

/** Ctrl-C while the cloud comes up ends what was started so far. */
export const endOnInterrupt = (dir: string): void => {
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(name, () => {
      stopCloud(dir).finally(() => process.exit(code));
    });
  }
};
