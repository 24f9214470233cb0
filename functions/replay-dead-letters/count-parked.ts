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

/** Two keys of each message are asked for at once. */
const GROUP = MAX_CHANGES / 2;
/** Of lines: what was parked twice has two. */
const MOST_LINES = 50_000;

async function* inBothFolders(read: (as: ParkedAs) => AsyncGenerator<ArchivedMessage>) {
  for (const as of ['quarantine', 'unknown'] as const) {
    for await (const message of read(as)) yield { as, message, key: message.line.key };
  }
}

/** Of one message the keys under which a run may have noted it: its own, and that of what it would be sent as now. */
export type KeysOf = (message: ArchivedMessage) => string[];

/**
 * Counts what was parked and is not `DONE` by now: whatever else the ledger says of it, nobody knows that it
 * arrived. What a person removed from the archive is not counted.
 *
 * @param isOver whether it is time to stop; asked before each group of messages.
 */
export const countParked = async (
  { find }: Pick<Ledger, 'find'>,
  { read, keysOf }: { read: (as: ParkedAs) => AsyncGenerator<ArchivedMessage>; keysOf: KeysOf },
  isOver: () => boolean,
): Promise<ParkedCount> => {
  const count: ParkedCount = { quarantine: 0, unknown: 0, reasons: {}, complete: true };
  const known = new Set<string>();
  let lines = 0;
  for await (const group of inGroups(inBothFolders(read), GROUP)) {
    if (lines >= MOST_LINES || isOver()) return { ...count, complete: false };
    lines += group.length;
    const fresh = group
      .filter(({ key }) => !known.has(key) && known.add(key))
      .map((one) => ({ ...one, keys: [...new Set(keysOf(one.message))] }));
    const entries = await find([...new Set(fresh.flatMap(({ keys }) => keys))]);
    for (const { as, message, key, keys } of fresh) {
      if (keys.some((one) => entries.get(one)?.state === 'DONE')) continue;
      const state = entries.get(key)?.state;
      count[state === 'UNKNOWN' ? 'unknown' : state === 'QUARANTINED' ? 'quarantine' : as] += 1;
      const { reason = 'no reason' } = message.line;
      count.reasons[reason] = (count.reasons[reason] ?? 0) + 1;
    }
  }
  return count;
};
