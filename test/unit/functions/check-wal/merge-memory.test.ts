import { describe, expect, it } from 'vitest';
import {
  type DeepMemory,
  decodeDeep,
  deepMemorySchema,
  emptyDeepMemory,
} from '../../../../functions/check-wal/deep-memory.ts';
import { emptyHeaderMemory, formKey } from '../../../../functions/check-wal/header-memory.ts';
import { mergeForms } from '../../../../functions/check-wal/merge-blocks.ts';
import { mergeInsides } from '../../../../functions/check-wal/merge-memory.ts';
import type { Blocks } from '../../../../functions/check-wal/read-blocks.ts';

const NOW = new Date(1_000);
const KEY = formKey(1, '');
const AGAIN = 'bad, to be read again';
const OF_SEGMENT = ['unread', 'good', 'bad', AGAIN, 'shut', 'bad and shut'] as const;
type State = (typeof OF_SEGMENT)[number];

/** What one segment each of a block is known to be. */
const formsOf = (states: readonly State[]): Map<string, Blocks> => {
  const mask = (...wanted: State[]): bigint =>
    states.reduce(
      (bits, state, index) => bits | (wanted.includes(state) ? 1n << BigInt(index) : 0n),
      0n,
    );
  const block = {
    read: mask('good', 'bad'),
    bad: mask('bad', AGAIN, 'bad and shut'),
    shut: mask('shut', 'bad and shut'),
    until: 0,
  };
  return (block.read | block.bad | block.shut) === 0n
    ? new Map()
    : new Map([[KEY, new Map([[0n, block]])]]);
};
const stateOf = (forms: ReadonlyMap<string, Blocks>, index: number): State => {
  const block = forms.get(KEY)?.get(0n);
  const has = (kind: 'read' | 'bad' | 'shut'): boolean =>
    (((block?.[kind] ?? 0n) >> BigInt(index)) & 1n) === 1n;
  if (has('bad')) return has('read') ? 'bad' : has('shut') ? 'bad and shut' : AGAIN;
  return has('read') ? 'good' : has('shut') ? 'shut' : 'unread';
};
const isBad = (state: State): boolean => state.startsWith('bad');

describe('what two runs at a time know of a segment', () => {
  const every = OF_SEGMENT.flatMap((before) =>
    OF_SEGMENT.flatMap((a) => OF_SEGMENT.map((b) => ({ before, a, b }))),
  );
  const merged = ({ before, a, b }: (typeof every)[number]): State =>
    stateOf(mergeForms(formsOf([before]), formsOf([a]), formsOf([b])), 0);

  it('is the same whichever of them writes first', () => {
    for (const one of every) expect(merged(one)).toBe(merged({ ...one, a: one.b, b: one.a }));
  });

  it('is what both say, or what the only one says that looked', () => {
    for (const one of every) {
      const { before, a, b } = one;
      if (a === b) expect(merged(one)).toBe(a);
      // That the other held it for good does not make it good.
      if (a === before) expect([b, AGAIN]).toContain(merged(one));
      if (a === before && !(isBad(b) && a === 'good')) expect(merged(one)).toBe(b);
    }
  });

  it('is bad where the one that looked says so, and to be read again where they disagree', () => {
    for (const one of every) {
      const { before, a, b } = one;
      if (isBad(a) && a !== before) expect(isBad(merged(one))).toBe(true);
      if (isBad(merged(one)) && (a === 'good' || b === 'good')) expect(merged(one)).toBe(AGAIN);
      const isDisputed = a !== before && b !== before && a !== b;
      if (isDisputed && (isBad(a) || isBad(b))) expect(merged(one)).toBe(AGAIN);
    }
  });

  it('keeps to each segment its own state, in blocks that only one of them has too', () => {
    const all = (which: 'before' | 'a' | 'b') =>
      formsOf(every.slice(0, 128).map((one) => one[which]));
    const forms = mergeForms(all('before'), all('a'), all('b'));
    for (const [index, one] of every.slice(0, 128).entries())
      expect(stateOf(forms, index)).toBe(merged(one));
    expect(mergeForms(new Map(), new Map(), all('b'))).toEqual(all('b'));
  });
});

describe('what two runs at a time remember', () => {
  const deep = (changes: Partial<DeepMemory>): DeepMemory => ({
    ...emptyDeepMemory(NOW),
    ...changes,
  });
  const headers = emptyHeaderMemory(NOW);
  const merge = (before: DeepMemory, a: DeepMemory, b: DeepMemory): DeepMemory => {
    const all = mergeInsides({ headers, deep: before }, { headers, deep: a }, { headers, deep: b });
    expect(
      mergeInsides({ headers, deep: before }, { headers, deep: b }, { headers, deep: a }),
    ).toEqual(all);
    return all.deep;
  };

  it('does not count a walk twice, nor bring back an end that was written again', () => {
    const end = (name: string, at: number) => ({ name, at, isEarly: false });
    const before = deep({ days: [[1, 5]], ends: [end('A', 1), end('B', 1)], lastCommit: 7 });
    const a = deep({ days: [[1, 9]], ends: [end('A', 1), end('B', 1)], lastCommit: 9 });
    const b = deep({
      days: [
        [1, 6],
        [2, 1],
      ],
      ends: [end('A', 2)],
      sweptSince: 2_000,
    });
    expect(merge(before, a, b)).toMatchObject({
      days: [
        [1, 9],
        [2, 1],
      ],
      ends: [end('A', 2)],
      lastCommit: 9,
      sweptSince: 2_000,
    });
    expect(merge(before, a, a)).toEqual(a);
  });

  it('walks an end again of which they say different things', () => {
    const end = (at: number) => [{ name: 'A', at, isEarly: false }];
    expect(merge(deep({}), deep({ ends: end(1) }), deep({ ends: end(2) })).ends).toEqual([]);
  });

  it('tells only what is bad to one that takes the archive for another cluster', () => {
    const of = (systemIdentifier: bigint, states: State[]) => ({
      ...headers,
      cluster: { systemIdentifier, magic: 0xd110 },
      forms: formsOf(states),
    });
    const before = { headers, deep: deep({}) };
    const { headers: both } = mergeInsides(
      before,
      { ...before, headers: of(1n, ['good', 'bad', 'good']) },
      { ...before, headers: of(2n, ['unread', 'good', 'good']) },
    );
    expect(both.cluster).toEqual({ systemIdentifier: 2n, magic: 0xd110 });
    expect([0, 1, 2].map((index) => stateOf(both.forms, index))).toEqual(['unread', AGAIN, 'good']);
  });
});

it('reads the memory of releases that walked nothing again, and walks what they found bad', () => {
  const old = { forms: [], sweptSince: 5, days: [], ends: [] };
  expect(decodeDeep(deepMemorySchema.parse(old))).toMatchObject({ reopenedAt: 0, shut: [] });
});
