import { createHash } from 'node:crypto';
import type { BatchContext } from './batch-context.ts';
import type { Item } from './copy.ts';
import type { ParkedAs } from './ports.ts';

/** Archives parked messages with their reasons, if there are any; twice the same ones is one object. */
export const parkItems = async (
  { archive, shard }: BatchContext,
  as: ParkedAs,
  parked: readonly { item: Item; reason: string }[],
): Promise<void> => {
  if (parked.length === 0) return;
  const names = parked.map(({ item }) => item.copy.id).join('\n');
  const digest = createHash('sha256').update(names).digest('hex').slice(0, 16);
  await archive.park(as, `${shard}-${digest}`, parked);
};
