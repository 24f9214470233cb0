import { expect, it } from 'vitest';
import { decideRetry, MAX_RECEIVES } from '../../../../functions/deliver-alert/decide-retry.ts';

it('waits longer each time, for two hours in all', () => {
  const waits = Array.from({ length: MAX_RECEIVES - 1 }, (_, index) => decideRetry(index + 1));
  expect(waits.slice(0, 4)).toEqual([10, 20, 40, 80]);
  expect(waits.at(-1)).toBe(1_800);
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(2 * 3_600);
});

it('waits as long as the receiver asks for, and never less than the backoff', () => {
  expect(decideRetry(1, 30)).toBe(30);
  expect(decideRetry(3, 1)).toBe(40);
});
