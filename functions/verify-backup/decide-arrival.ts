/** Whether the objects of a folder are all there, or may still be on their way. */
export type Arrival = { decision: 'judge' } | { decision: 'wait'; seconds: number };

type Facts = {
  /** Of the newest object. */
  newestAt: Date;
  /** As far as is known: a folder without its table of contents is not whole. */
  isWhole: boolean;
  /** How long nothing must have come for a whole folder to be judged. */
  settleSeconds: number;
  now: Date;
};

/**
 * An upload in parts carries the time at which it began, so the largest file of a folder may appear long
 * after the last small one. Nobody is told of a missing file before that.
 */
const PATIENCE = 6;
/** The longest delay of a message in SQS. */
const MAX_SECONDS = 900;

/** Pure. A folder is judged when nothing came for a while; longer, where something is missing. */
export const decideArrival = ({ newestAt, isWhole, settleSeconds, now }: Facts): Arrival => {
  const patience = settleSeconds * (isWhole ? 1 : PATIENCE);
  const left = newestAt.getTime() + patience * 1000 - now.getTime();
  if (left <= 0) return { decision: 'judge' };
  return { decision: 'wait', seconds: Math.min(MAX_SECONDS, Math.ceil(left / 1000)) };
};
