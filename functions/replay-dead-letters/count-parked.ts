import type { ArchivedMessage } from './archive-reader.ts';
import { inGroups } from './in-groups.ts';
import { type Ledger, MAX_CHANGES } from './ledger.ts';
import type { ParkedAs } from './ports.ts';

/** What lies parked of one webhook, each message once. */
export type ParkedCount = Record<ParkedAs, number> & {
  /** By the reason of each. */
  reasons: Record<string, number>;
  /** False where there was more than could be looked at: the numbers are the least that there is. */
  complete: boolean;
};

/** Of lines: what was parked twice has two. */
const MOST_LINES = 50_000;

async function* inBothFolders(read: (as: ParkedAs) => AsyncGenerator<ArchivedMessage>) {
  for (const as of ['quarantine', 'unknown'] as const) {
    for await (const { line } of read(as)) yield { as, line };
  }
}

/**
 * Counts what was parked and is not `DONE` by now: whatever else the ledger says of it, nobody knows that it
 * arrived. What a person removed from the archive is not counted.
 *
 * @param isOver whether it is time to stop; asked after every 90 messages.
 */
export const countParked = async (
  { find }: Pick<Ledger, 'find'>,
  read: (as: ParkedAs) => AsyncGenerator<ArchivedMessage>,
  isOver: () => boolean,
): Promise<ParkedCount> => {
  const count: ParkedCount = { quarantine: 0, unknown: 0, reasons: {}, complete: true };
  const known = new Set<string>();
  let lines = 0;
  for await (const group of inGroups(inBothFolders(read), MAX_CHANGES)) {
    lines += group.length;
    const fresh = group.filter(({ line: { key } }) => !known.has(key) && known.add(key));
    const entries = await find(fresh.map(({ line }) => line.key));
    for (const { as, line } of fresh) {
      const state = entries.get(line.key)?.state;
      if (state === 'DONE') continue;
      count[state === 'UNKNOWN' ? 'unknown' : state === 'QUARANTINED' ? 'quarantine' : as] += 1;
      const { reason = 'no reason' } = line;
      count.reasons[reason] = (count.reasons[reason] ?? 0) + 1;
    }
    if (lines >= MOST_LINES || isOver()) return { ...count, complete: false };
  }
  return count;
};
