import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../../local/start-service.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lifeboat-service-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const start = (script: string, isReady: () => Promise<boolean>) =>
  startService({
    name: 'Thing',
    command: 'sh',
    args: ['-c', script],
    env: { PATH: process.env.PATH },
    logFile: join(dir, 'thing.log'),
    isReady,
    deadlineMs: 1_000,
  });

describe('startService', () => {
  it('shows the end of the log of a service that ends', async () => {
    const starting = start('echo "the port is taken" >&2; sleep 0.3; exit 3', async () => false);
    await expect(starting).rejects.toThrow(/Thing did not start: it ended[\s\S]*the port is taken/);
  });

  it('ends a service that does not serve in time', async () => {
    const starting = start('echo "still thinking"; sleep 60', async () => false);
    await expect(starting).rejects.toThrow(/does not answer after 1 s[\s\S]*still thinking/);
  });

  it('says so where the program is not there', async () => {
    const starting = startService({
      name: 'Thing',
      command: join(dir, 'no-such-program'),
      args: [],
      env: {},
      logFile: join(dir, 'thing.log'),
      isReady: async () => true,
    });
    await expect(starting).rejects.toThrow(/Thing did not start: .*ENOENT/);
  });
});
