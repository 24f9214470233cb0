/** What a queue says of itself. The numbers are approximate, and late. */
export type Depth = { visible: number; inFlight: number; delayed: number };

export type Emptiness = 'ask-again' | 'finished' | 'waiting';

/** So many long polls in a row must bring nothing. */
export const EMPTY_POLLS = 3;

/**
 * Whether a queue that gave nothing is empty: only after several long polls, and where it says itself that
 * nothing is visible, delayed, or in anybody's hands but for what this run left there on purpose.
 *
 * Source: Amazon SQS Developer Guide, "Amazon SQS short and long polling"; the counts of GetQueueAttributes
 * "might not be exact".
 */
export const decideEmpty = (emptyPolls: number, depth: Depth, leftOnPurpose: number): Emptiness => {
  if (emptyPolls < EMPTY_POLLS) return 'ask-again';
  const elsewhere = depth.inFlight - leftOnPurpose;
  if (depth.visible <= 0 && depth.delayed <= 0 && elsewhere <= 0) return 'finished';
  return depth.visible > 0 && emptyPolls < 2 * EMPTY_POLLS ? 'ask-again' : 'waiting';
};
