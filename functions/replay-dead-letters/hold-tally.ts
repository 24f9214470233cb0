import type { BatchContext } from './batch-context.ts';
import type { Counts, Tally } from './ledger.ts';
import type { Open } from './take-hold.ts';

const add = (counts: Counts | Partial<Counts>, name: keyof Counts, more: number): void => {
  counts[name] = (counts[name] ?? 0) + more;
};

/** What the write of these entries adds to the numbers of this run, and takes from those of others. */
export const tallyOf = (
  context: BatchContext,
  open: readonly Open[],
  duplicates: number,
): Tally[] => {
  const ours: Partial<Counts> = { received: duplicates, duplicates };
  const others = new Map<string, Partial<Counts>>();
  for (const { seen, claim, wish } of open) {
    if (claim.decision !== 'claim' && claim.decision !== 'park') continue;
    if (!claim.counted) add(ours, 'received', 1);
    if (claim.takenFrom !== undefined) {
      const theirs = others.get(claim.takenFrom) ?? {};
      add(theirs, 'received', -1);
      if (seen?.state === 'SKIPPED') add(theirs, 'skipped', -1);
      others.set(claim.takenFrom, theirs);
    }
    if (claim.decision === 'park') add(ours, 'unknown', 1);
    else if (wish.want === 'quarantine') add(ours, 'quarantined', 1);
    const wasSkipped = seen?.state === 'SKIPPED' && claim.counted;
    const isSkipped = claim.decision === 'claim' && wish.want === 'skip';
    if (wasSkipped !== isSkipped) add(ours, 'skipped', isSkipped ? 1 : -1);
  }
  const shard = context.shard;
  return [
    { run: context.run, shard, counts: ours },
    // Another writer may take from the same run at this moment; each has its own place there.
    ...[...others].map(([run, counts]) => ({ run, shard, counts })),
  ];
};

export const hasNumbers = ({ counts, archived }: Tally): boolean =>
  archived !== undefined || Object.values(counts).some((count) => count !== 0);
