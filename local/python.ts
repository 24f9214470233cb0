import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from './file-lock.ts';
import type { Log } from './log.ts';

const run = promisify(execFile);

/** Something that this machine must have and has not. The message holds the line that installs it. */
export class PrerequisiteMissingError extends Error {
  constructor(what: string, install: string) {
    super(`${what}\nInstall it and try again, for instance:\n  ${install}`);
    this.name = 'PrerequisiteMissingError';
  }
}

const INSTALL_PYTHON = 'apt-get install -y python3 python3-venv    (macOS: brew install python)';
const MINIMUM = [3, 10] as const;

const versionOf = async (python: string): Promise<[number, number] | undefined> => {
  const code = 'import sys; print(*sys.version_info[:2])';
  const answer = await run(python, ['-c', code]).catch(() => undefined);
  const [major, minor] = answer?.stdout.trim().split(' ').map(Number) ?? [];
  return major === undefined || minor === undefined ? undefined : [major, minor];
};

/** The Python of this machine; `PYTHON` names another one. */
const findPython = async (): Promise<string> => {
  const seen: string[] = [];
  for (const python of [process.env.PYTHON, 'python3', 'python']) {
    const version = python === undefined ? undefined : await versionOf(python);
    if (python === undefined || version === undefined) continue;
    const [major, minor] = version;
    if (major === MINIMUM[0] && minor >= MINIMUM[1]) return python;
    seen.push(`${python} is ${major}.${minor}`);
  }
  const found = seen.length === 0 ? 'there is none' : seen.join(', ');
  throw new PrerequisiteMissingError(
    `Python ${MINIMUM.join('.')} or newer is needed for the local cloud; ${found}.`,
    INSTALL_PYTHON,
  );
};

const lastLines = (error: unknown): string => {
  const output = error instanceof Error ? String(Reflect.get(error, 'stderr') ?? error) : '';
  return output.trimEnd().split('\n').slice(-8).join('\n');
};

const createVenv = async (venv: string): Promise<void> => {
  const python = await findPython();
  await rm(venv, { recursive: true, force: true });
  try {
    await run(python, ['-m', 'venv', venv]);
  } catch (error) {
    await rm(venv, { recursive: true, force: true });
    throw new PrerequisiteMissingError(
      `${python} cannot make a virtual environment: ${lastLines(error)}`,
      'apt-get install -y python3-venv',
    );
  }
};

/**
 * A Python environment with the packages of a requirements file, made on first use and again when the
 * file changes. pip uses whatever index and proxy the user has configured.
 *
 * @returns the folder of the environment's programs.
 * @throws {PrerequisiteMissingError}
 */
export const ensurePython = async (
  venv: string,
  requirements: string,
  log: Log,
): Promise<string> => {
  const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  const stamp = join(venv, 'lifeboat-requirements.sha256');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const isThere = async () =>
    (await readFile(stamp, 'utf8').catch(() => '')) === wanted &&
    (await versionOf(join(bin, 'python'))) !== undefined;
  if (await isThere()) return bin;
  await withFileLock(`${venv}.lock`, async () => {
    if (await isThere()) return;
    log(`Installing ${requirements} into ${venv} (once)`);
    await createVenv(venv);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', requirements];
    try {
      await run(join(bin, 'python'), pip, { maxBuffer: 64 * 1024 * 1024 });
    } catch (error) {
      throw new Error(`pip could not install ${requirements}:\n${lastLines(error)}`);
    }
    await writeFile(stamp, wanted);
  });
  return bin;
};
