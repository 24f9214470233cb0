import { createHash } from 'node:crypto';
import type { BatchContext } from './batch-context.ts';
import type { Item } from './copy.ts';
import type { ParkedAs } from './ports.ts';

const LIES_IN: Record<ParkedAs, BatchContext['reopens']> = {
  quarantine: 'QUARANTINED',
  unknown: 'UNKNOWN',
};

/**
 * Archives parked messages with their reasons, if there are any; twice the same ones is one object. What came
 * from there lies there still, as it was before any change.
 */
export const parkItems = async (
  { archive, shard, reopens }: BatchContext,
  as: ParkedAs,
  parked: readonly { item: Item; reason: string }[],
): Promise<void> => {
  if (parked.length === 0 || reopens === LIES_IN[as]) return;
  const names = parked.map(({ item }) => item.copy.id).join('\n');
  const digest = createHash('sha256').update(names).digest('hex').slice(0, 16);
  await archive.park(as, `${shard}-${digest}`, parked);
};
