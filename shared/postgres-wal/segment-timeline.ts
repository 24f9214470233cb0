import type { TimelineSwitch } from './history-file.ts';
import { formatLsn } from './lsn.ts';
import type { History } from './recovery-route.ts';

/** Which timeline had written a place when the history's own timeline got there. */
export const ownerOf = (
  switches: readonly TimelineSwitch[],
  timeline: number,
  address: bigint,
): number => switches.find(({ lsn }) => address < lsn)?.parent ?? timeline;

/**
 * Whether a segment of `timeline` may carry the timeline `carried` in the header of the page at `address`:
 * its own, or that of the ancestor that wrote this place. Otherwise says what is wrong. A lower one is not
 * judged without the `.history` that could tell.
 */
export const judgeTimeline = (
  { timeline, carried, address }: { timeline: number; carried: number; address: bigint },
  histories: ReadonlyMap<number, History>,
): { judged: boolean } | string => {
  if (carried === timeline) return { judged: true };
  const what = `it is of timeline ${carried}`;
  if (carried > timeline) return `${what}, which began after timeline ${timeline}`;
  const history = histories.get(timeline) ?? 'missing';
  if (typeof history === 'string') return { judged: false };
  const owner = ownerOf(history.switches, timeline, address);
  if (owner === carried) return { judged: true };
  return owner === timeline
    ? `${what}, which timeline ${timeline} had left before ${formatLsn(address)}`
    : `${what}, and ${formatLsn(address)} was written by timeline ${owner}`;
};
