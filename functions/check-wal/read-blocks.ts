import type { Run } from '../../shared/postgres-wal/segment-runs.ts';

/**
 * Which segments of one timeline and suffix were looked into, a bit for each of 128 consecutive ones.
 * 100,000 segments take 782 blocks of some 30 bytes: the cursor stays small, and no header is read twice.
 */
export const SEGMENTS_IN_BLOCK = 128n;

export type Block = {
  /** Looked into: the bit of the lowest segment is the lowest one. */
  read: bigint;
  /** Those in which something is wrong. What is bad and not read was so, and is to be looked at again. */
  bad: bigint;
  /** Could not be looked into, for a reason that lasts; tried again with the next full scan. */
  shut: bigint;
  /**
   * Everything read was last modified until then, in milliseconds since 1970. What is younger and
   * counted as read was overwritten since.
   */
  until: number;
};

export type Blocks = Map<bigint, Block>;
export type Kind = 'read' | 'bad' | 'shut';

const blockOf = (number: bigint): bigint => number / SEGMENTS_IN_BLOCK;
const bitOf = (number: bigint): bigint => 1n << (number % SEGMENTS_IN_BLOCK);

const bits = (from: bigint, to: bigint): bigint => ((1n << (to - from + 1n)) - 1n) << from;

/** The runs as a mask for each block that they touch. */
export const masksOf = (runs: readonly Pick<Run, 'first' | 'last'>[]): Map<bigint, bigint> => {
  const masks = new Map<bigint, bigint>();
  for (const { first, last } of runs) {
    for (let block = blockOf(first); block <= blockOf(last); block += 1n) {
      const start = block * SEGMENTS_IN_BLOCK;
      const from = first > start ? first - start : 0n;
      const end = last - start;
      const to = end < SEGMENTS_IN_BLOCK ? end : SEGMENTS_IN_BLOCK - 1n;
      masks.set(block, (masks.get(block) ?? 0n) | bits(from, to));
    }
  }
  return masks;
};

/** The numbers of the bits that are set, ascending. */
export function* numbersIn(block: bigint, mask: bigint): Generator<bigint> {
  const start = block * SEGMENTS_IN_BLOCK;
  for (let bit = 0n, rest = mask; rest > 0n; bit += 1n, rest >>= 1n) {
    if ((rest & 1n) === 1n) yield start + bit;
  }
}

export const countBits = (mask: bigint): number => {
  let count = 0;
  for (let rest = mask; rest > 0n; rest &= rest - 1n) count += 1;
  return count;
};

export const countMarked = (blocks: Blocks, kind: Kind): number =>
  [...blocks.values()].reduce((sum, block) => sum + countBits(block[kind]), 0);

export const isMarked = (blocks: Blocks | undefined, number: bigint, kind: Kind): boolean =>
  ((blocks?.get(blockOf(number))?.[kind] ?? 0n) & bitOf(number)) > 0n;

/** A listing tells the milliseconds that the header of an answer leaves out. */
const seconds = (at: number): number => Math.floor(at / 1_000);

/** Whether a segment that was read has been written again since. */
export const isOverwritten = (blocks: Blocks | undefined, number: bigint, at: number): boolean => {
  const block = blocks?.get(blockOf(number));
  if (block === undefined || (block.read & bitOf(number)) === 0n) return false;
  return seconds(at) > seconds(block.until);
};

/** Forgets segments: those that are gone, and those that must be read again. */
export const keepOnly = (
  blocks: Blocks,
  present: ReadonlyMap<bigint, bigint>,
  without: ReadonlyMap<bigint, bigint>,
): Blocks =>
  new Map(
    [...blocks].flatMap(([index, { read, bad, shut, until }]) => {
      const kept = (present.get(index) ?? 0n) & ~(without.get(index) ?? 0n);
      const block = { read: read & kept, bad: bad & kept, shut: shut & kept, until };
      return (block.read | block.bad | block.shut) === 0n ? [] : [[index, block]];
    }),
  );

/** What was wrong or could not be read is to be looked at again; until then it counts as wrong. */
export const reopen = (blocks: Blocks): Blocks =>
  new Map(
    [...blocks].map(([index, { read, bad, until }]) => [
      index,
      { read: read & ~bad, bad, shut: 0n, until },
    ]),
  );

/** All of it is to be looked at anew; until then what was wrong counts as wrong. */
export const beginAnew = (blocks: Blocks): Blocks =>
  new Map(
    [...blocks]
      .filter(([, { bad }]) => bad > 0n)
      .map(([index, { bad, until }]) => [index, { read: 0n, bad, shut: 0n, until }]),
  );

/** What is there and was neither read nor given up, as masks, ascending. */
export const unread = (blocks: Blocks, runs: readonly Run[]): [block: bigint, mask: bigint][] =>
  [...masksOf(runs)]
    .map(([index, mask]): [bigint, bigint] => {
      const block = blocks.get(index);
      return [index, block === undefined ? mask : mask & ~(block.read | block.shut)];
    })
    .filter(([, mask]) => mask > 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Notes that a segment was looked into. Changes `blocks`.
 *
 * @param wholeBlockSeen whether this run's listing showed all of the block. Where it did not, the age of a
 * late upload must not hide that another segment of the block was overwritten.
 */
export const markRead = (
  blocks: Blocks,
  number: bigint,
  { at, bad, wholeBlockSeen }: { at: number; bad: boolean; wholeBlockSeen: boolean },
): void => {
  const [index, bit] = [blockOf(number), bitOf(number)];
  const { read = 0n, bad: wrong = 0n, shut = 0n, until = 0 } = blocks.get(index) ?? {};
  const raise = wholeBlockSeen || bit > read;
  blocks.set(index, {
    read: read | bit,
    bad: bad ? wrong | bit : wrong & ~bit,
    shut: shut & ~bit,
    until: raise ? Math.max(until, at) : until,
  });
};

export const markShut = (blocks: Blocks, number: bigint): void => {
  const [index, bit] = [blockOf(number), bitOf(number)];
  const { read = 0n, bad = 0n, shut = 0n, until = 0 } = blocks.get(index) ?? {};
  blocks.set(index, { read: read & ~bit, bad: bad & ~bit, shut: shut | bit, until });
};

/** Notes that a segment could not be looked into, and keeps what is known to be wrong with it. */
export const markUnreadable = (blocks: Blocks, number: bigint): void => {
  const isBad = isMarked(blocks, number, 'bad');
  markShut(blocks, number);
  const block = blocks.get(blockOf(number));
  if (block !== undefined && isBad) block.bad |= bitOf(number);
};

/** Forgets one segment. */
export const unmark = (blocks: Blocks, number: bigint): void => {
  const block = blocks.get(blockOf(number));
  if (block === undefined) return;
  const others = ~bitOf(number);
  const { read, bad, shut, until } = block;
  const left = { read: read & others, bad: bad & others, shut: shut & others, until };
  blocks.set(blockOf(number), left);
};

/** The marked segments as runs of consecutive ones, ascending. */
export const runsOf = (blocks: Blocks, kind: Kind): Run[] => {
  const runs: Run[] = [];
  for (const [index, block] of [...blocks].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const number of numbersIn(index, block[kind])) {
      const last = runs.at(-1);
      if (last !== undefined && last.last === number - 1n) last.last = number;
      else runs.push({ first: number, last: number, mark: 0 });
    }
  }
  return runs;
};
