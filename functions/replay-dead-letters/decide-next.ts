import { decideBalance } from './decide-balance.ts';
import type { StopReason } from './decide-stop.ts';
import type { Counts } from './ledger.ts';

export type Next =
  | { next: 'end'; reason: StopReason }
  | { next: 'continue'; afterSeconds: number; idleHops: number };

type Facts = {
  reason: StopReason;
  hop: number;
  maxHops: number;
  /** Stretches in a row that only waited, or did not come far. */
  idleHops: number;
  /** Of a stretch that ends in waiting: what it did, and what it waits for. */
  waiting?: ReturnType<typeof judgeWaiting> | undefined;
  /** Milliseconds until something may be sent again. */
  pausedMs: number;
};

/** What SQS delays a message by, at most. */
const LONGEST_DELAY_SECONDS = 900;
const WAIT_SECONDS = 30;
/** More than any copy stays hidden by a process that has died: a quarter of an hour in all. */
const MOST_IDLE_HOPS = 30;

/** More than any copy stays hidden that a filter did not hide: four minutes. */
const ENOUGH_IDLE_HOPS = 8;

/** What a stretch that ends in waiting did and waits for, from the run's numbers before and after it. */
export const judgeWaiting = (before: Counts, after: Counts) => {
  const { pending } = decideBalance(after);
  // Two runs with filters take what the other one left from each other for ever.
  const moved = ({ received, skipped, ...rest }: Counts) =>
    [...Object.values(rest), received - skipped].join();
  return {
    isIdle: moved(before) === moved(after),
    // The ledger counts messages, and of some the queue holds several copies.
    isLeftToTheFilter: after.skipped > 0 && pending === after.skipped,
  };
};

/** Whether a run goes on when a stretch of it is over, and after how long. */
export const decideNext = (facts: Facts): Next => {
  const { reason, hop, maxHops, idleHops, pausedMs, waiting } = facts;
  switch (reason) {
    case 'out-of-time':
    case 'paused':
    case 'waiting':
    case 'interrupted': {
      if (hop >= maxHops) return { next: 'end', reason: 'hop-limit' };
      const isIdle = reason === 'waiting' ? waiting?.isIdle !== false : reason === 'interrupted';
      const idle = isIdle ? idleHops + 1 : 0;
      if (waiting?.isLeftToTheFilter === true && idle > ENOUGH_IDLE_HOPS)
        return { next: 'end', reason: 'finished' };
      if (idle > MOST_IDLE_HOPS) return { next: 'end', reason: 'waited-in-vain' };
      const seconds = reason === 'out-of-time' ? 0 : Math.max(pausedMs / 1_000, WAIT_SECONDS);
      const paused = reason === 'paused' ? pausedMs / 1_000 : seconds;
      const afterSeconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(paused)));
      return { next: 'continue', afterSeconds, idleHops: idle };
    }
    default:
      return { next: 'end', reason };
  }
};
