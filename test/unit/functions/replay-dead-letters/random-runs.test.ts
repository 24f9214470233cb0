import { describe, expect, it } from 'vitest';
import { playRandomReplay } from '../../../support/random-replay.ts';

describe('runs that nobody chose', () => {
  it('count what is in the ledger, lose nothing and double nothing', async () => {
    for (let seed = 1; seed <= 40; seed += 1)
      expect(await playRandomReplay(seed), `seed ${seed}`).toEqual([]);
  });
});
