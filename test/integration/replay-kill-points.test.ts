import { describe, expect, it } from 'vitest';
import { playCrash, type Scenario } from '../support/crash-scenario.ts';

/** A selection; `npm run test:crash` plays every point with 1,000 messages. */
const SCENARIOS: [string, Omit<Scenario, 'kills'>, number][] = [
  ['a strict receiver', { receiver: 'strict', messages: 40 }, 3],
  ['an idempotent receiver', { receiver: 'idempotent', messages: 40 }, 3],
  ['duplicates of every message', { receiver: 'strict', messages: 12, copies: 2 }, 3],
  ['two replays at once', { receiver: 'strict', messages: 14, runs: 2 }, 7],
  ['duplicates, and two replays', { receiver: 'strict', messages: 12, copies: 2, runs: 2 }, 7],
  ['1,000 messages, strict', { receiver: 'strict', messages: 1_000 }, 1_300],
  ['1,000 messages, idempotent', { receiver: 'idempotent', messages: 1_000 }, 1_300],
];

describe('a process that is killed', () => {
  it.each(SCENARIOS)(
    'loses nothing, doubles nothing and balances: %s',
    async (_, scenario, stride) => {
      const { points } = await playCrash({ ...scenario, kills: [] });
      expect(points).toBeGreaterThan(80);
      for (let point = 1; point <= points; point += stride) {
        // Killed again somewhere else, twice.
        await playCrash({ ...scenario, kills: [point, 1 + (point % 61), 1 + (point % 37)] });
      }
    },
  );

  it('leaves no more in doubt than were under way at once', async () => {
    for (let point = 1; point <= 2_400; point += 1_100) {
      const { unknown } = await playCrash({ receiver: 'strict', messages: 1_000, kills: [point] });
      expect(unknown).toBeLessThanOrEqual(50);
    }
  });
});
