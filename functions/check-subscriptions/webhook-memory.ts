import * as z from 'zod';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';

/**
 * What is remembered of a webhook. SNS says of a pending subscription neither when it was made nor when
 * it ends, so the first look that saw it is kept, and the last one before that did not.
 */
export const memorySchema = z.object({
  /** The subscription that this is about; of another one nothing is known. */
  place: z.string(),
  /** When a look last told its state. */
  lookedAt: z.iso.datetime(),
  state: z.enum(['confirmed', 'pending', 'missing']),
  /** The first look that saw it pending. */
  pendingSeen: z.iso.datetime().optional(),
  /** The last look before that, which did not: it was made after this moment. */
  pendingNotBefore: z.iso.datetime().optional(),
  /** When it was subscribed again, over the last day. */
  attempts: z.array(z.iso.datetime()).max(100),
});

export type WebhookMemory = z.infer<typeof memorySchema>;

export const placeOf = ({ topic, endpoint }: Pick<WebhookPolicy, 'topic' | 'endpoint'>): string =>
  `${topic} ${endpoint}`;

const DAY_MS = 86_400_000;

/** Attempts of the day before `now`. */
export const recentAttempts = (memory: WebhookMemory | undefined, now: Date): string[] =>
  (memory?.attempts ?? []).filter((at) => now.getTime() - Date.parse(at) < DAY_MS);

/** The memory after a look. Pure. */
export const remember = (
  before: WebhookMemory | undefined,
  state: WebhookMemory['state'],
  place: string,
  now: Date,
): WebhookMemory => {
  const known = before?.place === place ? before : undefined;
  const memory = {
    place,
    lookedAt: now.toISOString(),
    state,
    attempts: recentAttempts(known, now),
  };
  if (state !== 'pending') return memory;
  if (known?.state === 'pending') {
    return {
      ...memory,
      pendingSeen: known.pendingSeen ?? known.lookedAt,
      pendingNotBefore: known.pendingNotBefore,
    };
  }
  return { ...memory, pendingSeen: now.toISOString(), pendingNotBefore: known?.lookedAt };
};
