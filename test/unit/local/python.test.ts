import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensurePython } from '../../../local/python.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lifeboat-python-'));
  await writeFile(join(dir, 'requirements.txt'), '# nothing\n');
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A machine whose only Python is this script. */
const onlyPython = async (script: string | undefined): Promise<void> => {
  const bin = await mkdtemp(join(dir, 'bin-'));
  if (script !== undefined) {
    await writeFile(join(bin, 'python3'), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, 'python3'), 0o755);
  }
  vi.stubEnv('PATH', bin);
  vi.stubEnv('PYTHON', undefined);
};

const ensure = () => ensurePython(join(dir, 'venv'), join(dir, 'requirements.txt'), () => {});

describe('a machine without what the emulators need', () => {
  it('is told which line installs Python', async () => {
    await onlyPython(undefined);
    await expect(ensure()).rejects.toThrow(
      /Python 3\.10 or newer is needed.*there is none[\s\S]*apt-get install -y python3/,
    );
  });

  it('is told that its Python is too old', async () => {
    await onlyPython('echo 3 9');
    await expect(ensure()).rejects.toThrow('python3 is 3.9');
  });

  it('is told which line installs the module for virtual environments', async () => {
    await onlyPython('[ "$1" = -c ] && echo 3 11 && exit; echo "No module named venv" >&2; exit 1');
    await expect(ensure()).rejects.toThrow(
      /No module named venv[\s\S]*apt-get install -y python3-venv/,
    );
  });
});
