import { Worker } from 'node:worker_threads';
import type { Task, TaskResult } from './worker.ts';

const WORKERS = 2;
const HANG_MS = 30_000;

/**
 * Judges every task's damages, two at a time, and hands each result on.
 *
 * @throws where a judgement does not end within 30 seconds.
 */
export const judgeAll = (tasks: Task[], onResult: (result: TaskResult) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const waiting = [...tasks];
    let running = 0;
    const workers: { worker: Worker; timer: NodeJS.Timeout }[] = [];
    const end = (error?: unknown): void => {
      for (const { worker, timer } of workers) {
        clearInterval(timer);
        void worker.terminate();
      }
      if (error === undefined) resolve();
      else reject(error);
    };
    const feed = (worker: Worker): void => {
      const task = waiting.shift();
      if (task !== undefined) {
        running += 1;
        worker.postMessage(task);
      } else if (running === 0) end();
    };
    for (let index = 0; index < WORKERS; index += 1) {
      const beat = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { beat } });
      let last = -1;
      const timer = setInterval(() => {
        const now = Atomics.load(beat, 0);
        if (now === last && waiting.length > 0) end(new Error('a judgement hangs'));
        last = now;
      }, HANG_MS);
      workers.push({ worker, timer });
      worker.on('error', end);
      worker.on('message', (result: TaskResult) => {
        running -= 1;
        onResult(result);
        feed(worker);
      });
      feed(worker);
    }
  });
