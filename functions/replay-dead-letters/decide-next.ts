import type { StopReason } from './decide-stop.ts';

export type Next =
  | { next: 'end'; reason: StopReason }
  | { next: 'continue'; afterSeconds: number; idleHops: number };

type Facts = {
  reason: StopReason;
  hop: number;
  maxHops: number;
  /** Stretches in a row that only waited, or did not come far. */
  idleHops: number;
  /** Milliseconds until something may be sent again. */
  pausedMs: number;
};

/** What SQS delays a message by, at most. */
const LONGEST_DELAY_SECONDS = 900;
const WAIT_SECONDS = 30;
/** More than any copy stays hidden by a process that has died: a quarter of an hour in all. */
const MOST_IDLE_HOPS = 30;

/** Whether a run goes on when a stretch of it is over, and after how long. */
export const decideNext = ({ reason, hop, maxHops, idleHops, pausedMs }: Facts): Next => {
  switch (reason) {
    case 'out-of-time':
    case 'paused':
    case 'waiting':
    case 'interrupted': {
      if (hop >= maxHops) return { next: 'end', reason: 'hop-limit' };
      const idle = reason === 'waiting' || reason === 'interrupted' ? idleHops + 1 : 0;
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
