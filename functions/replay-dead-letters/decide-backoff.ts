const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/** After how many milliseconds a refused message is sent again; never before the receiver wants it. */
export const decideBackoff = (attempts: number, afterSeconds = 0): number =>
  Math.max(Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS), afterSeconds * 1_000);
