import {
  type AwsFailure,
  describeAwsFailure,
} from '../../shared/aws-failure/describe-aws-failure.ts';
import type { DeadLetterPolicy } from '../../shared/plan/plan.ts';
import { decidePeek, type PeekDecision } from './decide-peek.ts';
import type { MemoryStore } from './memory-store.ts';
import type { QueueAttributes, QueueClient } from './queue-client.ts';
import { depthOf, type QueueMemory, remember } from './queue-memory.ts';
import { takeSample } from './take-sample.ts';

export type PeekCase = {
  webhook: string;
  policy: DeadLetterPolicy;
  attributes: QueueAttributes;
  client: QueueClient;
  memories: MemoryStore;
  now: Date;
  /** Told what went wrong without changing the verdict. */
  warn: (message: string, detail: object) => void;
};

export type PeekResult = {
  memory: QueueMemory;
  /** Why nothing was received, or why that failed; absent where messages were looked at. */
  peek?: Exclude<PeekDecision, { peek: true }> | { failure: AwsFailure };
  receives: number;
};

const read = async ({ webhook, memories, warn }: PeekCase) => {
  try {
    return { stored: await memories.read(webhook), isReadable: true };
  } catch (error) {
    warn('What is remembered of a queue was not read', describeAwsFailure(error));
    return { isReadable: false };
  }
};

/** Whether it was written: not where another run was faster. */
const write = async (
  { webhook, memories, warn }: PeekCase,
  memory: QueueMemory,
  etag: string | undefined,
): Promise<boolean> => {
  try {
    return await memories.write(webhook, memory, etag);
  } catch (error) {
    warn('What is remembered of a queue was not written', describeAwsFailure(error));
    return false;
  }
};

/**
 * Looks at some messages where nothing else tells their age. That it is done is written down first, on
 * condition that nothing changed: of two runs at once one receives, and without a memory none does.
 */
export const peekInto = async (one: PeekCase): Promise<PeekResult> => {
  const { policy, attributes, client, now } = one;
  const { stored, isReadable } = await read(one);
  const memory = remember(stored?.value, policy.queue, depthOf(attributes), now);
  const decision = decidePeek(policy, attributes, isReadable ? memory : 'unreadable', now);
  if (!decision.peek) {
    if (isReadable) await write(one, memory, stored?.etag);
    return { memory, peek: decision, receives: 0 };
  }
  const claimed = { ...memory, peekedAt: now.toISOString() };
  if (!(await write(one, claimed, stored?.etag))) {
    return { memory, peek: { peek: false, reason: 'no-memory' }, receives: 0 };
  }
  try {
    const { sample, receives } = await takeSample(client, policy.queue, attributes, now);
    const seen = { ...claimed, sample };
    const after = await read(one);
    await write(one, seen, after.stored?.etag);
    return { memory: seen, receives };
  } catch (error) {
    const after = await read(one);
    await write(one, memory, after.stored?.etag);
    return { memory, peek: { failure: describeAwsFailure(error) }, receives: 1 };
  }
};
