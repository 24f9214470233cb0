import type { BatchContext } from './batch-context.ts';
import type { Item } from './copy.ts';
import { parkItems } from './park-items.ts';
import type { ParkedAs } from './ports.ts';
import type { Open } from './take-hold.ts';

const parkedAs = ({ wish, claim }: Open): ParkedAs | undefined =>
  claim.decision === 'park' ? 'unknown' : wish.want === 'quarantine' ? 'quarantine' : undefined;

/** Archives what is about to be parked, once each: `parked` holds what was before. */
export const parkNew = async (
  context: BatchContext,
  open: readonly Open[],
  parked: Set<Item>,
): Promise<void> => {
  for (const as of ['quarantine', 'unknown'] as const) {
    const some = open.filter((one) => parkedAs(one) === as && !parked.has(one.wish.item));
    const reasons = some.map(({ wish, claim }) => ({
      item: wish.item,
      reason: claim.decision === 'park' ? claim.reason : (wish.reason ?? 'no reason'),
    }));
    await parkItems(context, as, reasons);
    for (const { wish } of some) parked.add(wish.item);
  }
};
