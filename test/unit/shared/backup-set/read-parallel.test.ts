import { describe, expect, it } from 'vitest';
import { readParallel } from '../../../../shared/backup-set/read-parallel.ts';

const tick = () => new Promise<void>((done) => setImmediate(done));

describe('reading several at once', () => {
  it('never reads more at once than it may, and all of them', async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    await readParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      now += 1;
      most = Math.max(most, now);
      await tick();
      now -= 1;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('begins nothing after a failure, tells the others, and waits for them', async () => {
    const begun: number[] = [];
    const ended: string[] = [];
    const reading = readParallel([1, 2, 3, 4, 5], 2, async (item, signal) => {
      begun.push(item);
      await tick();
      if (item === 1) throw new Error('the first');
      await tick();
      ended.push(`${item} ${signal.aborted}`);
    });
    await expect(reading).rejects.toThrow('the first');
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual(['2 true']);
  });
});
