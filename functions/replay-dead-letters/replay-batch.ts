import { type BatchContext, VISIBILITY_SECONDS } from './batch-context.ts';
import type { Copy, Item } from './copy.ts';
import { MAX_CHANGES, type Tally } from './ledger.ts';
import { sendHeld } from './send-held.ts';
import { settleSent } from './settle-sent.ts';
import { takeHold, type Wish } from './take-hold.ts';

/** What was archived and is to be written down with the next claim. */
export type Archived = Tally['archived'];

type Sorted = {
  /** One for each message. */
  wishes: Wish[];
  /** Further copies of the same messages. */
  followers: Map<string, Item[]>;
  /** The same id with another body: the ledger decides at their next turn. */
  others: Item[];
};

const wishFor = (context: BatchContext, item: Item): Wish => {
  if (!context.isWanted(item)) return { item, want: 'skip', reason: 'filtered' };
  return item.fault === undefined
    ? { item, want: 'send' }
    : { item, want: 'quarantine', reason: item.fault };
};

const sortCopies = (context: BatchContext, items: readonly Item[]): Sorted => {
  const first = new Map<string, Item>();
  const sorted: Sorted = { wishes: [], followers: new Map(), others: [] };
  for (const item of items) {
    const before = first.get(item.key);
    if (before === undefined) {
      first.set(item.key, item);
      sorted.wishes.push(wishFor(context, item));
    } else if (before.hash === item.hash) {
      sorted.followers.set(item.key, [...(sorted.followers.get(item.key) ?? []), item]);
    } else sorted.others.push(item);
  }
  return sorted;
};

type Ends = { remove: Item[]; leave: { item: Item; forMs: number }[] };

/** Copies that are dealt with go first; whoever fails to go comes back, and is known then. */
const applyEnds = async ({ source }: BatchContext, { remove, leave }: Ends): Promise<void> => {
  if (remove.length > 0) await source.remove(remove.map(({ copy }) => copy));
  const bySeconds = Map.groupBy(leave, ({ forMs }) => Math.min(Math.ceil(forMs / 1_000), 43_200));
  for (const [seconds, items] of bySeconds) {
    await source.hide(
      items.map(({ item }) => item.copy),
      seconds,
    );
  }
};

/**
 * How many messages are claimed at once. Where the receiver must get nothing twice, a crash leaves all that
 * are claimed in doubt: so all writers together claim no more than are under way at once.
 */
const chunkOf = ({ receiver, pacer, writers }: BatchContext): number =>
  receiver === 'strict'
    ? Math.max(1, Math.min(Math.floor(pacer.window / writers), MAX_CHANGES))
    : MAX_CHANGES;

const chunkEnds = async (
  context: BatchContext,
  wishes: readonly Wish[],
  followers: ReadonlyMap<string, Item[]>,
  archived: Archived,
): Promise<Ends & { claimed: number }> => {
  const hold = await takeHold(context, wishes, archived);
  const sent = await sendHeld(context, hold.held);
  const settled = await settleSent(context, sent, followers);
  // A copy of what needed no sending waits for its own turn, in which the ledger knows it.
  const aside = [...hold.remove, ...hold.leave.map(({ item }) => item)];
  const waiting = aside.flatMap(({ key }) => followers.get(key) ?? []);
  return {
    remove: [...hold.remove, ...settled.remove],
    leave: [...hold.leave, ...settled.leave, ...waiting.map((item) => ({ item, forMs: 0 }))],
    claimed: hold.held.length,
  };
};

/**
 * Deals with copies that were received and archived: claims the messages, sends them, writes down what came
 * of it, and only then removes the copies. Whatever throws in between leaves copies where they are, and
 * entries that say how far it came.
 *
 * @returns how many messages were claimed to be sent.
 */
export const replayBatch = async (
  context: BatchContext,
  items: readonly Item[],
  archived: Archived,
): Promise<number> => {
  const { wishes, followers, others } = sortCopies(context, items);
  await applyEnds(context, { remove: [], leave: others.map((item) => ({ item, forMs: 1_000 })) });
  let told: Archived = archived;
  let hiddenAt = context.now();
  let claimed = 0;
  for (let first = 0; first < wishes.length; ) {
    if (context.pacer.stop !== undefined) {
      await giveBack(context, wishes.slice(first), followers);
      // The object lies there, and the run's digest covers it.
      const { run, shard } = context;
      if (told !== undefined)
        await context.ledger.write([], [{ run, shard, counts: {}, archived: told }]);
      break;
    }
    const chunk = wishes.slice(first, first + chunkOf(context));
    const ends = await chunkEnds(context, chunk, followers, told);
    await applyEnds(context, ends);
    claimed += ends.claimed;
    told = undefined;
    first += chunk.length;
    const waiting = wishes.slice(first).map(({ item }) => item.copy);
    hiddenAt = await keepHidden(context, waiting, hiddenAt);
  }
  return claimed;
};

/** A slow pace must not let copies come back that wait for their turn. Answers when they were hidden last. */
export const keepHidden = async (
  { source, now }: BatchContext,
  copies: readonly Copy[],
  hiddenAt: number,
): Promise<number> => {
  if (now() - hiddenAt < (VISIBILITY_SECONDS * 1_000) / 3 || copies.length === 0) return hiddenAt;
  await source.hide(copies, VISIBILITY_SECONDS);
  return now();
};

const giveBack = async (
  { source }: BatchContext,
  wishes: readonly Wish[],
  followers: ReadonlyMap<string, Item[]>,
): Promise<void> => {
  const copies = wishes.flatMap(({ item }) => [item, ...(followers.get(item.key) ?? [])]);
  if (copies.length > 0)
    await source.hide(
      copies.map(({ copy }) => copy),
      0,
    );
};
