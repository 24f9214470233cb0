import type { Counts } from './ledger.ts';

/** What a run says of itself: `received` is the sum of the five others. */
export type Balance = {
  received: number;
  done: number;
  duplicates: number;
  quarantined: number;
  unknown: number;
  /** Received, and still where it was: its next turn has not come, or a filter left it there. */
  pending: number;
};

export const decideBalance = ({
  received,
  done,
  duplicates,
  quarantined,
  unknown,
}: Counts): Balance => ({
  received,
  done,
  duplicates,
  quarantined,
  unknown,
  pending: received - done - duplicates - quarantined - unknown,
});

/**
 * Whether the numbers can be true: nothing is below zero, and no more was received than was archived before.
 * The ledger writes every number together with the entry that it counts, so a "no" is a fault of this code or
 * a hand in the table; it is told, never mended.
 */
export const isBalanced = (balance: Balance, archived: number): boolean =>
  Object.values(balance).every((count) => count >= 0) && balance.received <= archived;
