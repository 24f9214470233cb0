import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withFileLock } from '../../../local/file-lock.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lifeboat-lock-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('withFileLock', () => {
  it('lets one work at a time, and goes on after one that failed', async () => {
    const file = join(dir, 'one');
    let inside = 0;
    const work = (fails: boolean) =>
      withFileLock(file, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await sleep(20);
        inside -= 1;
        if (fails) throw new Error('failed');
        return 'done';
      });
    const results = await Promise.allSettled([work(true), work(false), work(false)]);
    expect(results.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
  });

  it('takes over from a process that ended without giving it back', async () => {
    const file = join(dir, 'stale');
    const { pid } = spawnSync('true');
    await writeFile(file, JSON.stringify({ name: 'lock', pid, startedAt: '1' }));
    expect(await withFileLock(file, async () => 'mine', 5_000)).toBe('mine');
  });

  it('gives up in time where somebody keeps it', async () => {
    const file = join(dir, 'kept');
    await withFileLock(file, async () => {
      await expect(withFileLock(file, async () => {}, 300)).rejects.toThrow('not within 0.3 s');
    });
  });
});
