import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const run = (args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync('node', ['plans/cli.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
};

describe('npm run plan', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('check prints the plan, its warnings below, and ends well', () => {
    const { status, stdout, stderr } = run(['check', 'plans/mailblast.yml'], { NO_COLOR: '1' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('s3://backups/mailblast/db/full/');
    expect(stdout).not.toContain('\u001b');
    const [last, warning] = stdout.trim().split('\n').reverse();
    expect(warning).toMatch(
      /^plans\/mailblast\.yml:\d+:\d+: warning: backups\.wal: no point-in-time/,
    );
    expect(last).toBe('plans/mailblast.yml: can be deployed; warnings: 1');
  });

  it('check writes errors to stderr, one a line, and exits with 1', () => {
    const file = write('bad.yml', 'plan: test\nobjectives: { rpo: 15 }\nbackup: {}\n');
    const { status, stdout, stderr } = run(['check', file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n').sort()).toEqual([
      `${file}:2:15: error: objectives.rpo: must be a duration such as 15m, 26h or 30d, at most 100y, not 15`,
      `${file}:3:1: error: backup: unknown key "backup"; did you mean "backups"?`,
    ]);
  });

  it('check names a variable that is not set, and takes it when it is', () => {
    const file = write('env.yml', 'plan: test\nobjectives: { rpo: "${env:LIFEBOAT_RPO}" }\n');
    expect(run(['check', file])).toMatchObject({
      status: 1,
      stderr: `${file}:2:15: error: objectives.rpo: \${env:LIFEBOAT_RPO}: the environment variable LIFEBOAT_RPO is not set\n`,
    });
    expect(run(['check', file], { LIFEBOAT_RPO: '1h' })).toMatchObject({ status: 0 });
  });

  it('check --stage local takes a channel on this machine', () => {
    const file = write(
      'local.yml',
      'plan: test\nalerts: { channels: { slack: { webhook: "http://127.0.0.1:9/" } }, routes: { critical: [slack], warning: [slack] } }\n',
    );
    expect(run(['check', file])).toMatchObject({ status: 1 });
    expect(run(['check', file, '--stage', 'local'])).toMatchObject({ status: 0 });
  });

  it('a file that is not there is an error that names the plans that are', () => {
    const { status, stderr } = run(['check', 'plans/malblast.yml']);
    expect(status).toBe(1);
    expect(stderr).toContain('plans/malblast.yml:0:0: error: there is no such file');
    expect(stderr).toContain('plans/company.yml, plans/mailblast.yml');
  });

  it('--help explains', () => {
    expect(run(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('usage:') });
  });

  it.each([
    [[], 'which command?'],
    [['chek', 'plans/saas.yml'], 'unknown command "chek"; did you mean "check"?'],
    [['check'], 'which plan? There are: plans/apex.yml, plans/company.yml'],
    [['check', 'a.yml', 'b.yml'], 'one plan at a time'],
    [['check', '--stagee', 'local'], "Unknown option '--stagee'"],
  ])('%j is a wrong command line: exit code 2', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage:');
  });
});
