import { type ChildProcess, fork } from 'node:child_process';
import type { Judged, Task, TaskResult } from './worker.ts';

const WORKERS = 2;
const HANG_MS = 30_000;

/**
 * Judges every task's damages in two processes of their own, and hands each result on. Not in threads: this
 * process starts pg_restore tens of thousands of times afterwards, and a fork costs what its memory holds.
 *
 * @throws where a judgement does not end within 30 seconds.
 */
export const judgeAll = (tasks: Task[], onResult: (result: TaskResult) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const waiting = [...tasks];
    const workers = new Set<ChildProcess>();
    let ended = false;
    const end = (error?: Error): void => {
      ended = true;
      for (const worker of workers) worker.kill('SIGKILL');
      if (error === undefined) resolve();
      else reject(error);
    };
    const start = (): void => {
      const worker = fork(new URL('./worker.ts', import.meta.url));
      workers.add(worker);
      const timer = setTimeout(() => end(new Error('a judgement hangs')), HANG_MS);
      const feed = (): void => {
        const task = waiting.shift();
        if (task === undefined) worker.disconnect();
        else worker.send(task);
      };
      worker.on('message', (judged: Judged) => {
        timer.refresh();
        if (judged === 'one') return;
        onResult(judged);
        feed();
      });
      worker.on('error', end);
      worker.on('exit', (code) => {
        clearTimeout(timer);
        workers.delete(worker);
        if (ended) return;
        if (code !== 0) end(new Error(`a process that judges ended with ${code}`));
        else if (workers.size === 0) end();
      });
      feed();
    };
    for (let index = 0; index < WORKERS; index += 1) start();
  });
