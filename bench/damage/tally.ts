import type { Ended } from './compare-missed.ts';
import type { Loads } from './load.ts';
import type { TaskResult } from './worker.ts';

export type Tally = Record<Ended, number> & {
  loads?: Loads;
  judged: number;
  failed: number;
  unknown: number;
  passed: number;
  slowestMs: number;
  crashes: string[];
};

export const emptyTally = (): Tally => ({
  judged: 0,
  failed: 0,
  unknown: 0,
  passed: 0,
  slowestMs: 0,
  crashes: [],
  same: 0,
  changed: 0,
  refused: 0,
  uncompared: 0,
});

export const addResult = (tally: Tally, { judged, verdicts, slowestMs, crashes }: TaskResult) => {
  tally.judged += judged;
  for (const [verdict, count] of Object.entries(verdicts)) {
    const [word] = verdict.split(':');
    if (word === 'pass') tally.passed += count;
    else if (word === 'unknown') tally.unknown += count;
    else tally.failed += count;
  }
  tally.slowestMs = Math.max(tally.slowestMs, slowestMs);
  tally.crashes.push(...crashes);
};

/** A line for each group of formats. */
export const printTallies = (groups: Map<string, Tally>): void => {
  console.table(
    Object.fromEntries(
      [...groups].map(
        ([
          group,
          { judged, failed, unknown, passed, same, changed, refused, uncompared, loads },
        ]) => [
          group,
          {
            damages: judged,
            fail: failed,
            unknown,
            undetected: passed,
            '%': Number(((100 * passed) / Math.max(1, judged)).toFixed(2)),
            'restores the same': same,
            'restores otherwise': changed,
            'restore fails': refused,
            'not compared': uncompared,
            'a server refuses': loads && `${loads.refused} of ${loads.loaded + loads.refused}`,
          },
        ],
      ),
    ),
  );
};
