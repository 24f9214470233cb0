import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { Look } from './look.ts';
import { recentAttempts, type WebhookMemory } from './webhook-memory.ts';

export type HealDecision =
  | { heal: true }
  | { heal: false; reason: 'nothing-lost' | 'not-planned' | 'no-memory' }
  | { heal: false; reason: 'too-early'; notBefore: Date };

const FIRST_WAIT_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;

/** Twice as long after each attempt of a day, so that a day has ten of them at most. */
const waitMs = (attempts: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);

/** An endpoint may need a moment to confirm; what SNS asked of it is not asked again before. */
const PATIENCE_MS = 10 * 60_000;

const sinceMs = (moment: string | undefined): number =>
  moment === undefined ? 0 : Date.parse(moment);

/** The earliest moment for another attempt, in milliseconds. */
const earliestMs = ({ state }: Look, memory: WebhookMemory, now: Date): number => {
  const attempts = recentAttempts(memory, now);
  const last = Math.max(0, ...attempts.map(sinceMs));
  const afterAttempts = attempts.length === 0 ? 0 : last + waitMs(attempts.length);
  const afterPending = state === 'pending' ? sinceMs(memory.pendingSeen) + PATIENCE_MS : 0;
  return Math.max(afterAttempts, afterPending);
};

/**
 * Whether to subscribe again: only where the plan says so, where the subscription was seen to be missing
 * or unconfirmed, and where the memory of earlier attempts can be read: an endpoint that confirms nothing
 * must not be asked in every run. Pure.
 *
 * @param memory what is known with this look; `unreadable` where it could not be read.
 */
export const decideHeal = (
  { heal }: Pick<WebhookPolicy, 'heal'>,
  look: Look,
  memory: WebhookMemory | 'unreadable',
  now: Date,
): HealDecision => {
  // SNS sends its request again where a pending one is subscribed again.
  const isLost = look.state === 'missing' || look.state === 'pending';
  if (!isLost) return { heal: false, reason: 'nothing-lost' };
  if (!heal) return { heal: false, reason: 'not-planned' };
  if (memory === 'unreadable') return { heal: false, reason: 'no-memory' };
  const notBefore = new Date(earliestMs(look, memory, now));
  return now >= notBefore ? { heal: true } : { heal: false, reason: 'too-early', notBefore };
};
