import type { Posted } from '../post.ts';
import type { Outcome } from './channel.ts';

const TRANSIENT = new Set([408, 425, 429]);

type Accepts = (answer: { status: number; text: string }) => boolean;

/**
 * Sorts what came of a request. What the receiver refuses, or has moved elsewhere, no retry mends; an
 * answer that is a success but not the one this receiver gives came from somebody else, so nobody was told.
 *
 * @param detail picks from the answer's text what may be shown.
 */
export const judgeAnswer = (
  posted: Posted,
  accepts: Accepts,
  detail: (text: string) => string = () => '',
): Outcome => {
  if (posted.result === 'not-allowed') return { outcome: 'refused', reason: posted.reason };
  if (posted.result === 'unanswered') return { outcome: 'retry', reason: posted.reason };
  const { status, text, retryAfterSeconds } = posted;
  if (accepts({ status, text })) return { outcome: 'delivered' };
  const shown = detail(text);
  const reason = shown === '' ? `answered ${status}` : `answered ${status}: ${shown}`;
  const isTransient = status < 300 || status >= 500 || TRANSIENT.has(status);
  return isTransient
    ? { outcome: 'retry', reason, afterSeconds: retryAfterSeconds }
    : { outcome: 'refused', reason };
};
