import type { Subject } from './subjects.ts';
import type { Task } from './worker.ts';

const TASK_SIZE = 500;

/** Shares `count` damages out: as many for each group, and within it as many for each subject. */
export const planTasks = (subjects: Subject[], count: number, seed: number): Task[] => {
  const members = Map.groupBy(
    subjects.map(({ group }, subject) => ({ group, subject })),
    ({ group }) => group,
  );
  let turn = seed * 1_000_000;
  return [...members.values()].flatMap((group) => {
    const each = Math.ceil(count / members.size / group.length);
    return group.flatMap(({ subject }) =>
      Array.from({ length: Math.ceil(each / TASK_SIZE) }, (_, index): Task => {
        turn += 1;
        return { subject, seed: turn, count: Math.min(TASK_SIZE, each - index * TASK_SIZE) };
      }),
    );
  });
};
