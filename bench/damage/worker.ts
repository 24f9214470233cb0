import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { judgeStored } from './judge.ts';
import { damageAtRandom, randomNumbers } from './random.ts';
import { isSameStored, type Stored } from './stored.ts';
import { readSubjects } from './subjects.ts';

export const taskSchema = z.object({ subject: z.number(), seed: z.number(), count: z.number() });
export type Task = z.infer<typeof taskSchema>;

export type Missed = { subject: number; kind: string; at: string; stored: Stored };
export type TaskResult = {
  task: Task;
  /** Damages that changed nothing are not counted. */
  judged: number;
  /** Longest judgement, in milliseconds. */
  slowestMs: number;
  /** By verdict and reason. */
  verdicts: Record<string, number>;
  missed: Missed[];
  crashes: string[];
};

const { beat } = z.object({ beat: z.instanceof(Int32Array) }).parse(workerData);
const subjects = readSubjects();

const run = async (task: Task): Promise<TaskResult> => {
  const subject = subjects[task.subject];
  if (subject === undefined) throw new Error(`no subject ${task.subject}`);
  const next = randomNumbers(task.seed);
  const result: TaskResult = {
    task,
    judged: 0,
    slowestMs: 0,
    verdicts: {},
    missed: [],
    crashes: [],
  };
  for (let turn = 0; turn < task.count; turn += 1) {
    const { kind, at, stored } = damageAtRandom(subject.stored, next);
    if (isSameStored(stored, subject.stored)) continue;
    const started = performance.now();
    result.judged += 1;
    try {
      const verdict = await judgeStored(subject.name, stored);
      result.verdicts[verdict] = (result.verdicts[verdict] ?? 0) + 1;
      if (verdict === 'pass') result.missed.push({ subject: task.subject, kind, at, stored });
    } catch (error) {
      result.crashes.push(`${subject.name}, ${kind} at ${at}: ${error}`);
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - started);
    Atomics.add(beat, 0, 1);
  }
  return result;
};

parentPort?.on('message', (message: unknown) => {
  void run(taskSchema.parse(message)).then((result) => parentPort?.postMessage(result));
});
