import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runPlanCommand } from '../../../plans/plan-command.ts';

const run = async (args: string[], env: Record<string, string> = {}) => {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runPlanCommand(args, {
    env,
    out: (text) => out.push(`${text}\n`),
    err: (text) => err.push(`${text}\n`),
  });
  return { status, stdout: out.join(''), stderr: err.join('') };
};

describe('runPlanCommand', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('check writes errors to stderr, one a line, and exits with 1', async () => {
    const file = write('bad.yml', 'plan: test\nobjectives: { rpo: 15 }\nbackup: {}\n');
    const { status, stdout, stderr } = await run(['check', file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n').sort()).toEqual([
      `${file}:2:15: error: objectives.rpo: must be a duration such as 15m, 26h or 30d, at most 100y, not 15`,
      `${file}:3:1: error: backup: unknown key "backup"; did you mean "backups"?`,
    ]);
  });

  it('check names a variable that is not set, and takes it when it is', async () => {
    const file = write('env.yml', 'plan: test\nobjectives: { rpo: "${env:LIFEBOAT_RPO}" }\n');
    expect(await run(['check', file])).toMatchObject({
      status: 1,
      stderr: `${file}:2:15: error: objectives.rpo: \${env:LIFEBOAT_RPO}: the environment variable LIFEBOAT_RPO is not set\n`,
    });
    expect(await run(['check', file], { LIFEBOAT_RPO: '1h' })).toMatchObject({ status: 0 });
  });

  it('check --stage local takes a channel on this machine', async () => {
    const file = write(
      'local.yml',
      'plan: test\nalerts: { channels: { slack: { webhook: "http://127.0.0.1:9/" } }, routes: { critical: [slack], warning: [slack] } }\n',
    );
    expect(await run(['check', file])).toMatchObject({ status: 1 });
    expect(await run(['check', file, '--stage', 'local'])).toMatchObject({ status: 0 });
  });

  it('a file that is not there is an error that names the plans that are', async () => {
    const { status, stderr } = await run(['check', 'plans/malblast.yml']);
    expect(status).toBe(1);
    expect(stderr).toContain('plans/malblast.yml:0:0: error: there is no such file');
    expect(stderr).toContain('plans/company.yml, plans/mailblast.yml');
  });

  it('--help explains', async () => {
    expect(await run(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('usage:'),
    });
  });

  it.each([
    [[], 'which command?'],
    [['chek', 'plans/saas.yml'], 'unknown command "chek"; did you mean "check"?'],
    [['check'], 'which plan? There are: plans/apex.yml, plans/company.yml'],
    [['check', 'a.yml', 'b.yml'], 'one plan at a time'],
    [['check', '--stagee', 'local'], "Unknown option '--stagee'"],
  ])('%j is a wrong command line: exit code 2', async (args, message) => {
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage:');
  });
});
