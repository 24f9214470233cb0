import type { Block, Blocks } from './read-blocks.ts';
import { SEGMENTS_IN_BLOCK } from './read-blocks.ts';

const ALL = (1n << SEGMENTS_IN_BLOCK) - 1n;
const NOTHING: Block = { read: 0n, bad: 0n, shut: 0n, until: 0 };

/** The bits of which both say the same. */
const alike = (a: Block, b: Block): bigint =>
  ALL & ~((a.read ^ b.read) | (a.bad ^ b.bad) | (a.shut ^ b.shut));

const good = ({ read, bad }: Block): bigint => read & ~bad;

const mergeBlock = (before: Block, a: Block, b: Block): Block => {
  const [fromA, fromB] = [alike(before, b) | ~alike(before, a), ~alike(before, b)];
  const isDisputed = fromA & fromB & ~alike(a, b);
  const both = (kind: 'read' | 'bad' | 'shut'): bigint => (a[kind] & fromA) | (b[kind] & fromB);
  const bad = both('bad');
  const isDoubtful = bad & (isDisputed | good(a) | good(b));
  const read = both('read') & ~isDoubtful;
  const shut = both('shut') & ~read & ~isDoubtful;
  return { read, bad, shut, until: Math.max(a.until, b.until) };
};

/**
 * What two runs know that began with the same memory and ended at the same time. What only one of them
 * learned or forgot is taken from it. What they do not agree about is bad where one of them says so, and is
 * to be looked at again: which of them looked later is not known. Their order makes no difference.
 */
export const mergeForms = (
  before: ReadonlyMap<string, Blocks>,
  a: ReadonlyMap<string, Blocks>,
  b: ReadonlyMap<string, Blocks>,
): Map<string, Blocks> => {
  const merged = new Map<string, Blocks>();
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [was, one, other] = [before.get(key), a.get(key), b.get(key)];
    const blocks: Blocks = new Map();
    for (const index of new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])) {
      const at = (of: Blocks | undefined): Block => of?.get(index) ?? NOTHING;
      const block = mergeBlock(at(was), at(one), at(other));
      if ((block.read | block.bad | block.shut) > 0n) blocks.set(index, block);
    }
    if (blocks.size > 0) merged.set(key, blocks);
  }
  return merged;
};
