import { expect } from 'vitest';
import type { ReplayReport } from '../../events/replay-ended/v1.ts';
import { createCrashStage, envelope, idOf } from './crash-stage.ts';
import { createFaultPoints } from './fault-points.ts';

export type Scenario = {
  receiver: 'strict' | 'idempotent';
  messages: number;
  /** Every message lies in the queue so often. */
  copies?: number;
  /** Runs that work at once. */
  runs?: number;
  /** After how many points the first process dies, the second, … Those after them live. */
  kills: readonly number[];
};

const fill = (stage: ReturnType<typeof createCrashStage>, { messages, copies = 1 }: Scenario) => {
  for (let copy = 0; copy < copies; copy += 1) {
    for (let index = 0; index < messages; index += 1) {
      stage.queue.put(`copy-${copy}-${index}`, envelope(idOf(index)));
    }
  }
};

const sum = (reports: readonly ReplayReport[], name: keyof ReplayReport['balance']): number =>
  reports.reduce((all, { balance }) => all + Number(balance[name]), 0);

/** What must hold whoever died when. */
const expectNothingLostOrDoubled = (
  stage: ReturnType<typeof createCrashStage>,
  { receiver, messages }: Scenario,
  reports: readonly ReplayReport[],
): void => {
  expect(stage.lost, 'removed before it was archived').toEqual([]);
  expect(stage.queue.bodies(), 'left in the queue').toEqual([]);
  const entries = [...stage.store.entries.values()];
  expect(entries).toHaveLength(messages);
  for (const { key, state } of entries) {
    const times = stage.received.get(key.split('|').at(-1) ?? '') ?? 0;
    if (state === 'DONE') expect(times, key).toBeGreaterThanOrEqual(1);
    else {
      expect(state, key).toBe('UNKNOWN');
      expect(stage.parked.get(key), `${key} is named`).toBe('interrupted-while-sending');
    }
    if (receiver === 'strict') expect(times, key).toBeLessThanOrEqual(1);
    else expect(state, key).toBe('DONE');
  }
  for (const { balance, balanced, reason } of reports) {
    expect({ reason, balanced, pending: balance.pending }).toEqual({
      reason: 'finished',
      balanced: true,
      pending: 0,
    });
  }
  expect(sum(reports, 'done') + sum(reports, 'unknown')).toBe(messages);
  expect(sum(reports, 'received')).toBe(messages + sum(reports, 'duplicates'));
};

/**
 * Plays a scenario in memory to its end, and expects that nothing is lost, nothing is doubled where it must
 * not be, and every report balances.
 *
 * @returns how many points the first process passed, and how many messages ended as unknown.
 */
export const playCrash = async (scenario: Scenario) => {
  const stage = createCrashStage(scenario.receiver);
  fill(stage, scenario);
  const kills = [...scenario.kills];
  const lives: { count: number }[] = [];
  const nextLife = () => {
    const faults = createFaultPoints(kills.shift() ?? Number.POSITIVE_INFINITY);
    lives.push(faults);
    return faults;
  };
  const names = Array.from({ length: scenario.runs ?? 1 }, (_, index) => `run-number-${index}`);
  const reports = await Promise.all(names.map((name) => stage.untilEnded(name, nextLife)));
  expectNothingLostOrDoubled(stage, scenario, reports);
  expect(stage.looks.length, 'each run has what is parked told').toBeGreaterThanOrEqual(
    names.length,
  );
  return { points: lives[0]?.count ?? 0, lives: lives.length, unknown: sum(reports, 'unknown') };
};
