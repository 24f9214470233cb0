import type { DeadLetterPolicy } from '../../shared/plan/plan.ts';
import { type AgeBounds, ageBounds } from './age-bounds.ts';
import type { QueueAttributes } from './queue-client.ts';
import { depthOf, type QueueMemory } from './queue-memory.ts';

export type PeekDecision =
  | { peek: true }
  | {
      peek: false;
      reason:
        | 'empty'
        | 'no-memory'
        | 'decided'
        | 'would-move'
        | 'nothing-visible'
        | 'looked-lately';
    };

/** An old message stays the oldest until somebody takes it; so often that is looked at again. */
const LOOK_AGAIN_MS = 3_600_000;

/** Another run is at it, or was a moment ago. */
const AT_IT_MS = 45_000;

/** As many as one look sees. Of more it sees a part, and another look at once sees no more. */
export const MOST_MESSAGES = 100;

/** Whether the bounds tell already that nothing is too old, or that something is. */
const isDecided = (policy: DeadLetterPolicy, retentionSeconds: number, bounds: AgeBounds) => {
  const { age, queued } = bounds;
  const longest = retentionSeconds - policy.alarmBeforeExpirySeconds;
  const limit = policy.alarmOlderThanSeconds ?? Number.POSITIVE_INFINITY;
  const isAgeSafe = limit === Number.POSITIVE_INFINITY || (age.atMost ?? Infinity) <= limit;
  if (isAgeSafe && (queued.atMost ?? Infinity) <= longest) return true;
  return (age.atLeast ?? 0) > limit || (queued.atLeast ?? 0) > longest;
};

/**
 * Whether to receive messages to see how old they are. A receive is not free: it counts for the message,
 * and after three of them the message is gone from the metric of the queue's oldest one. So only where the
 * counts, the hour when the queue was empty and the last peek do not tell, and where what was peeked before
 * can be read. Pure.
 */
export const decidePeek = (
  policy: DeadLetterPolicy,
  attributes: QueueAttributes,
  memory: QueueMemory | 'unreadable',
  now: Date,
): PeekDecision => {
  const depth = depthOf(attributes);
  const { retentionSeconds } = attributes;
  if (depth === 0) return { peek: false, reason: 'empty' };
  if (memory === 'unreadable') return { peek: false, reason: 'no-memory' };
  const byEmpty = ageBounds({ ...memory, sample: undefined }, depth, now);
  if (isDecided(policy, retentionSeconds, byEmpty)) return { peek: false, reason: 'decided' };
  // Its receives count there: the next one may move a message on to that queue.
  if (attributes.redrivePolicy !== undefined) return { peek: false, reason: 'would-move' };
  if (attributes.visible === 0) return { peek: false, reason: 'nothing-visible' };
  const { peekedAt, sample } = memory;
  const isAtIt = peekedAt !== undefined && now.getTime() - Date.parse(peekedAt) < AT_IT_MS;
  if (isAtIt) return { peek: false, reason: 'looked-lately' };
  if (sample === undefined || depth < sample.depth) return { peek: true };
  if (now.getTime() - Date.parse(sample.at) >= LOOK_AGAIN_MS) return { peek: true };
  const isSettled = isDecided(policy, retentionSeconds, ageBounds(memory, depth, now));
  const wouldSeeMore = depth > sample.depth && depth <= MOST_MESSAGES;
  return isSettled || !wouldSeeMore ? { peek: false, reason: 'looked-lately' } : { peek: true };
};
