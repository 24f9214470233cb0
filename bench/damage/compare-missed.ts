import { damageAtRandom, RandomNumbers } from './random.ts';
import { programFor, type Restored, restoreArchive, scratchFile } from './restore.ts';
import type { Subject } from './subjects.ts';
import type { Missed } from './worker.ts';

/**
 * What a real restore makes of a damage that passed: `same` script as of the healthy backup, `changed`
 * (restored, to something else), `refused` (it fails: the pass was wrong), or `uncompared`.
 */
export type Ended = 'same' | 'changed' | 'refused' | 'uncompared';

const AT_ONCE = 2;

const judge = (damaged: Restored, healthy: Restored): Ended => {
  if (healthy.ended !== 'ok') return 'uncompared';
  if (damaged.ended !== 'ok') return 'refused';
  return damaged.output === healthy.output ? 'same' : 'changed';
};

/** Restores each damaged archive that passed, with the program of its major or a newer one. */
export const compareMissed = async (
  subjects: Subject[],
  missed: readonly Missed[],
  programs: Map<number, string>,
  folder: string,
  onEnd: (one: Missed, ended: Ended) => void,
): Promise<void> => {
  const waiting = [...missed];
  const healthy = new Map<number, Promise<Restored>>();
  const run = async (slot: number): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const subject = subjects[one.subject];
      const program = subject?.restore && programFor(programs, subject.restore.major);
      if (subject === undefined || program === undefined) {
        onEnd(one, 'uncompared');
        continue;
      }
      const path = scratchFile(folder, slot);
      const whole =
        healthy.get(one.subject) ?? restoreArchive(program, subject.stored, `${path}-whole`);
      healthy.set(one.subject, whole);
      // One after the other: both would write into the same file.
      const expected = await whole;
      const { stored } = damageAtRandom(subject.stored, new RandomNumbers(one.seed));
      onEnd(one, judge(await restoreArchive(program, stored, path), expected));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, slot) => run(slot)));
};
