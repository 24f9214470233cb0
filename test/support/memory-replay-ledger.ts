import {
  type Change,
  type Counts,
  type Entry,
  type Ledger,
  NOTHING,
  type Tally,
} from '../../functions/replay-dead-letters/ledger.ts';
import type { Run, Runs } from '../../functions/replay-dead-letters/runs.ts';

type Sums = { counts: Counts; archived: number; chain: string };

const fits = (held: Entry | undefined, seen: Entry | undefined): boolean =>
  seen === undefined
    ? held === undefined
    : held !== undefined && held.fence === seen.fence && held.owner === seen.owner;

const NAMES = ['received', 'done', 'duplicates', 'quarantined', 'unknown', 'skipped'] as const;

const add = (before: Counts, more: Partial<Counts>): Counts => {
  const sum = { ...before };
  for (const name of NAMES) sum[name] += more[name] ?? 0;
  return sum;
};

/** The ledger and the runs without DynamoDB; they pass the same suite as the real ones. */
export const createMemoryLedger = () => {
  const entries = new Map<string, Entry>();
  const sums = new Map<string, Map<string, Sums>>();
  const records = new Map<string, Run>();

  const addTally = ({ run, shard, counts, archived }: Tally): void => {
    const shards = sums.get(run) ?? new Map<string, Sums>();
    const before = shards.get(shard) ?? { counts: NOTHING, archived: 0, chain: '' };
    shards.set(shard, {
      counts: add(before.counts, counts),
      archived: before.archived + (archived?.messages ?? 0),
      chain: archived?.chain ?? before.chain,
    });
    sums.set(run, shards);
  };

  const ledger: Ledger = {
    async write(changes: readonly Change[], tallies: readonly Tally[]) {
      const refused = changes.filter(({ seen, next }) => !fits(entries.get(next.key), seen));
      if (refused.length > 0) {
        return new Map(refused.map(({ next }) => [next.key, entries.get(next.key)]));
      }
      for (const { next } of changes) entries.set(next.key, next);
      for (const tally of tallies) addTally(tally);
      return undefined;
    },
    async find(keys) {
      return new Map(
        keys.flatMap((key) => {
          const entry = entries.get(key);
          return entry === undefined ? [] : [[key, entry] as const];
        }),
      );
    },
  };

  const runs: Runs = {
    async create(run) {
      if (records.has(run.id)) return false;
      records.set(run.id, run);
      return true;
    },
    async read(id) {
      return records.get(id);
    },
    async change(id, from, to) {
      const run = records.get(id);
      if (run === undefined || !from.includes(run.status)) return false;
      records.set(id, { ...run, ...to });
      return true;
    },
    async totals(id) {
      const shards = [...(sums.get(id) ?? [])];
      return {
        counts: shards.reduce((sum, [, { counts }]) => add(sum, counts), NOTHING),
        archived: shards.reduce((sum, [, { archived }]) => sum + archived, 0),
        chains: shards.map(([shard, { chain }]) => ({ shard, chain })),
      };
    },
  };

  return { entries, records, ledger, runs };
};
