import { type BatchContext, keepMsOf } from './batch-context.ts';
import type { Item } from './copy.ts';
import { decideBackoff } from './decide-backoff.ts';
import type { Counts, Entry, State } from './ledger.ts';
import { parkItems } from './park-items.ts';
import type { Sent } from './send-held.ts';

export type Settled = { remove: Item[]; leave: { item: Item; forMs: number }[] };

const STATES: Record<Sent['verdict']['verdict'], State> = {
  done: 'DONE',
  retry: 'RETRY',
  unsent: 'RETRY',
  quarantine: 'QUARANTINED',
  unknown: 'UNKNOWN',
};

const COUNTED: Partial<Record<State, keyof Counts>> = {
  DONE: 'done',
  QUARANTINED: 'quarantined',
  UNKNOWN: 'unknown',
};

const waitOf = ({ verdict, entry }: Sent): number =>
  verdict.verdict === 'retry' ? decideBackoff(entry.attempts, verdict.afterSeconds) : 0;

const after = (context: BatchContext, sent: Sent): Entry => {
  const { entry, verdict } = sent;
  const now = context.now();
  const isRefusal = verdict.verdict === 'retry' && verdict.usesAttempt === true;
  return {
    ...entry,
    state: STATES[verdict.verdict],
    fence: entry.fence + 1,
    leaseUntil: now + waitOf(sent),
    attempts: entry.attempts + (isRefusal ? 1 : 0),
    reason: 'reason' in verdict ? verdict.reason : undefined,
    expiresAt: Math.max(entry.expiresAt, now + keepMsOf(context)),
  };
};

/** Removes what others took over meanwhile: it is neither written over nor deleted. */
const stillOurs = (sent: readonly Sent[], lost: { has: (key: string) => boolean }): Sent[] =>
  sent.filter(({ item }) => !lost.has(item.key));

/**
 * Writes down what came of the messages that were sent, all at once. Parked ones are archived as such
 * before. A message whose entry is no longer ours is left to whoever has it.
 *
 * @param followers further copies of the same messages, which may go when the message is dealt with.
 */
export const settleSent = async (
  context: BatchContext,
  all: readonly Sent[],
  followers: ReadonlyMap<string, readonly Item[]>,
): Promise<Settled> => {
  const parked = (wanted: 'quarantine' | 'unknown') =>
    all.flatMap(({ item, verdict }) =>
      verdict.verdict === wanted ? [{ item, reason: verdict.reason }] : [],
    );
  await parkItems(context, 'quarantine', parked('quarantine'));
  await parkItems(context, 'unknown', parked('unknown'));
  let sent = [...all];
  while (sent.length > 0) {
    const written = sent.map((one) => ({ one, next: after(context, one) }));
    const counts: Partial<Counts> = {};
    for (const { one, next } of written) {
      const name = COUNTED[next.state];
      if (name === undefined) continue;
      const copies = followers.get(one.item.key)?.length ?? 0;
      counts[name] = (counts[name] ?? 0) + 1;
      counts.received = (counts.received ?? 0) + copies;
      counts.duplicates = (counts.duplicates ?? 0) + copies;
    }
    const changes = written.map(({ one, next }) => ({ seen: one.entry, next }));
    const { run, shard } = context;
    const refusal = await context.ledger.write(changes, [{ run, shard, counts }]);
    if (refusal === undefined) return placeAll(written, followers);
    sent = stillOurs(sent, refusal);
  }
  return { remove: [], leave: [] };
};

const placeAll = (
  written: readonly { one: Sent; next: Entry }[],
  followers: ReadonlyMap<string, readonly Item[]>,
): Settled => {
  const settled: Settled = { remove: [], leave: [] };
  for (const { one, next } of written) {
    const copies = [one.item, ...(followers.get(one.item.key) ?? [])];
    if (COUNTED[next.state] !== undefined) settled.remove.push(...copies);
    else for (const item of copies) settled.leave.push({ item, forMs: waitOf(one) });
  }
  return settled;
};
