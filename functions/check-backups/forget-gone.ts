import type { Seen } from './seen.ts';

/** A person meant what vanished: what is there now counts as all there ever was. */
export const forgetGone = (seen: Seen | undefined): Seen | undefined =>
  seen && { firstSeenAt: seen.firstSeenAt };
