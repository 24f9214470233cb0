import { describe, expect, it } from 'vitest';
import { playCrash, type Scenario } from '../support/crash-scenario.ts';
import { playRandomReplay } from '../support/random-replay.ts';

const MESSAGES = 1_000;

const SCENARIOS: [string, Omit<Scenario, 'kills' | 'messages'>][] = [
  ['a strict receiver', { receiver: 'strict' }],
  ['an idempotent receiver', { receiver: 'idempotent' }],
  ['duplicates of every message', { receiver: 'strict', copies: 2 }],
  ['two replays at once', { receiver: 'strict', runs: 2 }],
  ['duplicates, and two replays', { receiver: 'idempotent', copies: 2, runs: 2 }],
];

/** Every moment before and after every call that a replay of 1,000 messages makes. Minutes for each scenario. */
describe('a process that is killed at every point', () => {
  it.each(SCENARIOS)('loses nothing, doubles nothing and balances: %s', async (_, scenario) => {
    const whole = { ...scenario, messages: MESSAGES };
    const { points } = await playCrash({ ...whole, kills: [] });
    expect(points).toBeGreaterThan(MESSAGES);
    for (let point = 1; point <= points; point += 1) {
      await playCrash({ ...whole, kills: [point, 1 + ((point * 7) % points)] });
    }
  });
});

describe('runs that nobody chose', () => {
  it('count what is in the ledger, lose nothing and double nothing', async () => {
    for (let seed = 1_001; seed <= 21_000; seed += 1)
      expect(await playRandomReplay(seed), `seed ${seed}`).toEqual([]);
  });
});
