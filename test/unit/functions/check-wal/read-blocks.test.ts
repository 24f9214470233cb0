import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHeaders,
  emptyHeaderMemory,
  encodeHeaders,
  formKey,
  headerMemorySchema,
} from '../../../../functions/check-wal/header-memory.ts';
import {
  type Blocks,
  countMarked,
  isMarked,
  isOverwritten,
  keepOnly,
  markRead,
  markShut,
  masksOf,
  numbersIn,
  reopen,
  runsOf,
  unread,
} from '../../../../functions/check-wal/read-blocks.ts';
import type { Run } from '../../../../shared/postgres-wal/segment-runs.ts';

const run = (first: bigint, last: bigint): Run => ({ first, last, mark: 0 });
const marked = (numbers: readonly bigint[], at = 1_000, bad = false): Blocks => {
  const blocks: Blocks = new Map();
  for (const number of numbers) markRead(blocks, number, { at, bad, wholeBlockSeen: true });
  return blocks;
};
const numbers = fc.uniqueArray(fc.bigInt({ min: 0n, max: 600n }), { maxLength: 60 });

describe('what was looked into', () => {
  it('leaves exactly what is there and was not read, in order', () => {
    fc.assert(
      fc.property(numbers, numbers, (present, read) => {
        const blocks = marked(read);
        const runs = present.toSorted((a, b) => Number(a - b)).map((one) => run(one, one));
        const left = unread(blocks, runs).flatMap(([block, mask]) => [...numbersIn(block, mask)]);
        const wanted = present.filter((one) => !read.includes(one));
        expect(left).toEqual(wanted.toSorted((a, b) => Number(a - b)));
        expect(countMarked(blocks, 'read')).toBe(read.length);
        const kept = keepOnly(blocks, masksOf(runs), new Map());
        expect(countMarked(kept, 'read')).toBe(read.filter((one) => present.includes(one)).length);
      }),
      { numRuns: 50 },
    );
  });

  it('takes 100,000 segments into a memory of less than 40 kB, and back', () => {
    const blocks: Blocks = new Map();
    for (let number = 1_000n; number < 101_000n; number += 1n) {
      markRead(blocks, number, { at: 1_770_000_000_000, bad: false, wholeBlockSeen: true });
    }
    markShut(blocks, 1_005n);
    const memory = {
      ...emptyHeaderMemory(new Date(0)),
      forms: new Map([[formKey(1, ''), blocks]]),
    };
    const text = JSON.stringify(encodeHeaders(memory));
    expect(text.length).toBeLessThan(40_000);
    expect(decodeHeaders(headerMemorySchema.parse(JSON.parse(text)))).toEqual(memory);
    expect(runsOf(blocks, 'read')).toEqual([run(1_000n, 1_004n), run(1_006n, 100_999n)]);
  });

  it('sees by its age that a segment was written again', () => {
    const blocks = marked([1n, 2n, 3n], 5_000);
    expect(isOverwritten(blocks, 2n, 5_999)).toBe(false);
    expect(isOverwritten(blocks, 2n, 6_000)).toBe(true);
    expect(isOverwritten(blocks, 4n, 9_000)).toBe(false);
    expect(isOverwritten(undefined, 4n, 9_000)).toBe(false);
  });

  it('does not let a late upload hide one that was overwritten before it', () => {
    const blocks = marked([1n, 2n, 9n], 5_000);
    markRead(blocks, 3n, { at: 50_000, bad: false, wholeBlockSeen: false });
    expect(isOverwritten(blocks, 1n, 20_000)).toBe(true);
    markRead(blocks, 10n, { at: 60_000, bad: false, wholeBlockSeen: false });
    expect(isOverwritten(blocks, 1n, 20_000)).toBe(false);
  });

  it('looks again at what was bad or shut, and not at what was good', () => {
    const blocks = marked([1n], 1_000);
    markRead(blocks, 2n, { at: 1_000, bad: true, wholeBlockSeen: true });
    markShut(blocks, 3n);
    const reopened = reopen(blocks);
    expect([1n, 2n, 3n].map((one) => isMarked(reopened, one, 'read'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(unread(reopened, [run(1n, 3n)])).toEqual([[0n, 0b1100n]]);
    markRead(blocks, 2n, { at: 2_000, bad: false, wholeBlockSeen: true });
    expect(countMarked(blocks, 'bad')).toBe(0);
  });
});
