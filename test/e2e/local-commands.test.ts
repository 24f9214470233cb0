import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ROOT } from '../../deploy/run-osls.ts';

const run = promisify(execFile);

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lifeboat-commands-'));
});
afterAll(async () => {
  for (const name of ['one', 'two']) await command('down', '--dir', join(dir, name));
  await rm(dir, { recursive: true, force: true });
});

/** Runs a command as a person would: by its own process, whose end must not end the cloud. */
const command = async (name: 'up' | 'down', ...args: string[]) => {
  const file = join(ROOT, 'local', `${name}.ts`);
  try {
    const { stdout, stderr } = await run(process.execPath, [file, ...args], { cwd: ROOT });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failure = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
    return failure.parse(error);
  }
};

const planFile = async (name: string, bucket: string): Promise<string> => {
  const file = join(dir, `${name}.yml`);
  const backups = `backups: { files: { kind: files, location: "s3://${bucket}/" } }`;
  await writeFile(file, `plan: ${name}\n${backups}\n`);
  return file;
};

const cloudIn = async (name: string) =>
  z
    .looseObject({ endpoint: z.string(), buckets: z.array(z.string()) })
    .parse(JSON.parse(await readFile(join(dir, name, 'cloud.json'), 'utf8')));

const isUp = (endpoint: string): Promise<boolean> =>
  fetch(`${endpoint}/_ministack/health`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('npm run local:up and local:down', () => {
  it('bring two clouds up side by side, deploy again to one, and end only the one that is meant', async () => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    const plans = await Promise.all([planFile('one', 'bucket-one'), planFile('two', 'bucket-two')]);
    const ups = await Promise.all([
      command('up', '--plan', plans[0], '--dir', one),
      command('up', '--plan', plans[1], '--dir', two),
    ]);
    expect(ups).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    const [first, second] = [await cloudIn('one'), await cloudIn('two')];
    expect([first.buckets, second.buckets]).toEqual([['bucket-one'], ['bucket-two']]);
    expect(first.endpoint).not.toBe(second.endpoint);

    const other = await planFile('other', 'bucket-three');
    const again = await command('up', '--plan', other, '--dir', one);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('up already') });
    expect(await cloudIn('one')).toMatchObject({
      endpoint: first.endpoint,
      buckets: ['bucket-three'],
    });

    expect((await command('down', '--dir', one)).stdout).toContain('has ended');
    expect([await isUp(first.endpoint), await isUp(second.endpoint)]).toEqual([false, true]);
    expect((await command('down', '--dir', one)).stdout).toContain('No cloud is up');
    expect((await command('down', '--dir', two)).stdout).toContain('has ended');
    expect(await isUp(second.endpoint)).toBe(false);
  });

  it('start nothing for a plan with an error, and name the place of it', async () => {
    const file = join(dir, 'broken.yml');
    await writeFile(file, 'plan: broken\nbackup: {}\n');
    const { code, stderr } = await command('up', '--plan', file, '--dir', join(dir, 'none'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.yml:2:1: error: backup: .*"backups"/);
    expect(stderr).not.toContain('    at ');
    expect((await command('down', '--dir', join(dir, 'none'))).stdout).toContain('No cloud is up');
  });

  it('say how they are used', async () => {
    expect((await command('up', '--help')).stdout).toContain('--plan FILE');
    expect(await command('up', '--prot', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("'--prot'"),
    });
    expect(await command('up', '--port', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('from 1 to 65535, not "x"'),
    });
  });
});
