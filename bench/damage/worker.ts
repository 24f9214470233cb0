import * as z from 'zod';
import { judgeStored } from './judge.ts';
import { damageAtRandom, RandomNumbers } from './random.ts';
import { isSameStored } from './stored.ts';
import { readSubjects } from './subjects.ts';

const taskSchema = z.object({ subject: z.number(), seed: z.number(), count: z.number() });
export type Task = z.infer<typeof taskSchema>;

/** A damage that passed. `seed` makes it again: kept whole, tens of thousands of them would be gigabytes. */
export type Missed = { subject: number; kind: string; at: string; seed: number };
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

/** `one` after each judgement, and a task's result after its last. */
export type Judged = 'one' | TaskResult;

const say = (judged: Judged): void => void process.send?.(judged);

const subjects = readSubjects();

const run = async (task: Task): Promise<TaskResult> => {
  const subject = subjects[task.subject];
  if (subject === undefined) throw new Error(`no subject ${task.subject}`);
  const numbers = new RandomNumbers(task.seed);
  const result: TaskResult = {
    task,
    judged: 0,
    slowestMs: 0,
    verdicts: {},
    missed: [],
    crashes: [],
  };
  for (let turn = 0; turn < task.count; turn += 1) {
    const { seed } = numbers;
    const { kind, at, stored } = damageAtRandom(subject.stored, numbers);
    if (isSameStored(stored, subject.stored)) continue;
    const started = performance.now();
    result.judged += 1;
    try {
      const verdict = await judgeStored(subject.name, stored);
      result.verdicts[verdict] = (result.verdicts[verdict] ?? 0) + 1;
      if (verdict === 'pass') result.missed.push({ subject: task.subject, kind, at, seed });
    } catch (error) {
      result.crashes.push(`${subject.name}, ${kind} at ${at}: ${error}`);
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - started);
    say('one');
  }
  return result;
};

process.on('message', (message: unknown) => {
  void run(taskSchema.parse(message)).then(say);
});
