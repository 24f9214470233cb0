import { type BatchContext, KEEP_PARKED_MS, keepMsOf, LEASE_MS, SKIP_MS } from './batch-context.ts';
import type { Item } from './copy.ts';
import { type Claim, decideClaim } from './decide-claim.ts';
import { hasNumbers, tallyOf } from './hold-tally.ts';
import { keyApart } from './identify.ts';
import type { Change, Entry, State, Tally } from './ledger.ts';
import { parkNew } from './park-new.ts';

/** What is wanted of a message: to own it for sending, or to write down at once how it ends. */
export type Wish = {
  item: Item;
  want: 'send' | 'skip' | 'quarantine';
  reason?: string | undefined;
};

export type Held = { item: Item; entry: Entry };

/** What came of the wishes. */
export type Hold = {
  /** To be sent by us, and by nobody else until the lease is over. */
  held: Held[];
  /** Dealt with: the copies may go. */
  remove: Item[];
  /** To stay where they are, for so many milliseconds. */
  leave: { item: Item; forMs: number }[];
};

/** A wish that is to be written, on top of what was seen. */
export type Open = { wish: Wish; seen: Entry | undefined; claim: Claim };

const STATES: Record<Wish['want'], State> = {
  send: 'SENDING',
  skip: 'SKIPPED',
  quarantine: 'QUARANTINED',
};

/** Somebody else writes the same entries at the same moment; more often than this is a fault. */
const MOST_ROUNDS = 8;
const NEW: Claim = { decision: 'claim', counted: false };

const leaseOf = (state: State, now: number): number =>
  state === 'SENDING' ? now + LEASE_MS : state === 'SKIPPED' ? now + SKIP_MS : 0;

const nextEntry = (context: BatchContext, { wish, seen, claim }: Open): Entry => {
  const { item, want } = wish;
  const now = context.now();
  const state = claim.decision === 'park' ? 'UNKNOWN' : STATES[want];
  return {
    key: item.key,
    state,
    owner: context.shard,
    fence: (seen?.fence ?? 0) + 1,
    leaseUntil: leaseOf(state, now),
    run: context.run,
    copy: item.copy.id,
    hash: item.hash,
    attempts: seen?.state === 'RETRY' ? seen.attempts : 0,
    address: item.address,
    reason: claim.decision === 'park' ? claim.reason : wish.reason,
    // Who died with it may have parked it before: what becomes of it must be known as long as it lies there.
    expiresAt: now + (seen?.state === 'SENDING' ? KEEP_PARKED_MS : keepMsOf(context)),
  };
};

/** A message under the key of another gets one of its own. */
const apart = (item: Item): Item => ({ ...item, key: keyApart(item.key, item.hash) });

type Claimed = Extract<Claim, { decision: 'claim' }>;

/**
 * What is not going to be sent is no less in doubt than it was: the filter leaves it parked, with nothing
 * written, and where it cannot be changed as asked it is parked as before.
 */
const reopen = (wish: Wish, seen: Entry | undefined, claim: Claimed, hold: Hold): Open[] => {
  const { item, want, reason = 'no reason' } = wish;
  if (claim.reopened !== undefined && want === 'skip') {
    hold.remove.push(item);
    return [];
  }
  return claim.reopened === 'UNKNOWN' && want === 'quarantine'
    ? [{ wish, seen, claim: { decision: 'park', reason, counted: false } }]
    : [{ wish, seen, claim }];
};

/** Looks at one entry that stood in the way; the wish is open still, or `hold` has it. */
const reconsider = (
  context: BatchContext,
  wish: Wish,
  seen: Entry | undefined,
  hold: Hold,
): { open: Open[]; duplicates: number } => {
  const { item } = wish;
  const { run, receiver, reopens } = context;
  const facts = { entry: seen, copy: item.copy.id, hash: item.hash, now: context.now() };
  const claim = decideClaim({ ...facts, run, receiver, reopens });
  switch (claim.decision) {
    case 'claim':
      return { open: reopen(wish, seen, claim, hold), duplicates: 0 };
    case 'park':
      return { open: [{ wish, seen, claim }], duplicates: 0 };
    case 'leave':
      hold.leave.push({ item, forMs: claim.forMs });
      return { open: [], duplicates: 0 };
    case 'remove':
      hold.remove.push(item);
      return { open: [], duplicates: claim.as === 'duplicate' ? 1 : 0 };
    case 'quarantine': {
      const other: Wish = { item: apart(item), want: 'quarantine', reason: claim.reason };
      return { open: [{ wish: other, seen: undefined, claim: NEW }], duplicates: 0 };
    }
  }
};

/** A transaction has room for so many tallies; messages of still more unfinished runs have their turn later. */
const MOST_OTHER_RUNS = 8;

const withinTransaction = (open: readonly Open[], hold: Hold): Open[] => {
  const runs = new Set<string>();
  return open.filter(({ wish, claim }) => {
    const from = 'takenFrom' in claim ? claim.takenFrom : undefined;
    if (from === undefined || runs.has(from)) return true;
    if (runs.size < MOST_OTHER_RUNS) {
      runs.add(from);
      return true;
    }
    hold.leave.push({ item: wish.item, forMs: 1_000 });
    return false;
  });
};

const settleHold = (hold: Hold, written: readonly { open: Open; entry: Entry }[]): void => {
  for (const { open, entry } of written) {
    const { item } = open.wish;
    if (entry.state === 'SENDING') hold.held.push({ item, entry });
    else if (entry.state === 'SKIPPED') hold.leave.push({ item, forMs: SKIP_MS });
    else hold.remove.push(item);
  }
};

/**
 * Writes down who does what with some messages, all at once where nobody knows them, and otherwise as their
 * entries allow. What is to be parked is archived as such before.
 *
 * @param wishes 90 at most, of distinct keys.
 * @param archived what this writer archived before and has not written down yet.
 */
export const takeHold = async (
  context: BatchContext,
  wishes: readonly Wish[],
  archived?: Tally['archived'],
): Promise<Hold> => {
  const hold: Hold = { held: [], remove: [], leave: [] };
  let open: Open[] = wishes.map((wish) => ({ wish, seen: undefined, claim: NEW }));
  const parked = new Set<Item>();
  let duplicates = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await parkNew(context, open, parked);
    const written = open.map((one) => ({ open: one, entry: nextEntry(context, one) }));
    const [ours, ...others] = tallyOf(context, open, duplicates);
    const tallies = [...(ours === undefined ? [] : [{ ...ours, archived }]), ...others].filter(
      hasNumbers,
    );
    if (written.length === 0 && tallies.length === 0) return hold;
    const changes = written.map(({ open: { seen }, entry }): Change => ({ seen, next: entry }));
    const refusal = await context.ledger.write(changes, tallies);
    if (refusal === undefined) {
      settleHold(hold, written);
      return hold;
    }
    const again = open.flatMap((one) => {
      const { key } = one.wish.item;
      if (!refusal.has(key)) return [one];
      const found = reconsider(context, one.wish, refusal.get(key), hold);
      duplicates += found.duplicates;
      return found.open;
    });
    open = withinTransaction(again, hold);
  }
  for (const { wish } of open) hold.leave.push({ item: wish.item, forMs: 1_000 });
  // The duplicates go now, and what was archived is in the chain.
  const tallies = tallyOf(context, [], duplicates).map((ours) => ({ ...ours, archived }));
  await context.ledger.write([], tallies.filter(hasNumbers));
  return hold;
};
