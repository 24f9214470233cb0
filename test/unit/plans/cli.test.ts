import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('node', ['plans/cli.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
};

describe('node plans/cli.ts', { timeout: 60_000 }, () => {
  it('check prints the plan, its warnings below, and ends well', () => {
    const { status, stdout, stderr } = run('check', 'plans/mailblast.yml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('s3://backups/mailblast/db/full/');
    expect(stdout).not.toContain('\u001b');
    const [last, warning] = stdout.trim().split('\n').reverse();
    expect(warning).toMatch(
      /^plans\/mailblast\.yml:\d+:\d+: warning: backups\.wal: no point-in-time/,
    );
    expect(last).toBe('plans/mailblast.yml: can be deployed; warnings: 1');
  });

  it('writes errors to stderr and exits with their code', () => {
    const { status, stdout, stderr } = run('chek');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('did you mean "check"?');
  });
});
