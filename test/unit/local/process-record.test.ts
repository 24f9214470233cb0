import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { endProcess, isRunning, recordProcess } from '../../../local/process-record.ts';

const started: { kill: (signal: NodeJS.Signals) => boolean }[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const startSleep = (script = 'sleep 60') => {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  started.push(child);
  return child;
};

describe('endProcess', () => {
  it('ends the recorded process, also one that ignores SIGTERM, and may be called twice', async () => {
    const child = startSleep("trap '' TERM; sleep 60 & wait; sleep 60");
    const record = await recordProcess('sleep', child.pid ?? 0);
    const exit = once(child, 'exit');
    await endProcess(record, 300);
    await endProcess(record, 300);
    await exit;
    expect(await isRunning(record)).toBe(false);
  }, 20_000);

  it('leaves another process alone that has got the same number', async () => {
    const child = startSleep();
    const record = await recordProcess('sleep', child.pid ?? 0);
    await endProcess({ ...record, startedAt: 'long ago' });
    expect(await isRunning(record)).toBe(true);
    expect(child.exitCode).toBeNull();
  });
});
