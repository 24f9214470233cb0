import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { replayRequestSchema } from '../../events/replay-requested/v1.ts';
import type { Entry, Ledger } from '../../functions/replay-dead-letters/ledger.ts';
import type { Runs } from '../../functions/replay-dead-letters/runs.ts';

const NOW = Date.parse('2026-03-02T02:05:00.000Z');

const entry = (changes: Partial<Entry> = {}): Entry => ({
  key: `webhook:https://example.com/|arn:aws:sns:us-east-1:123456789012:t|${randomUUID()}`,
  state: 'SENDING',
  owner: 'writer-one',
  fence: 1,
  leaseUntil: NOW + 60_000,
  run: 'run-one',
  copy: randomUUID(),
  hash: 'a'.repeat(64),
  attempts: 0,
  address: 's3://archive/one.ndjson#1',
  expiresAt: NOW + 86_400_000,
  ...changes,
});

const grown = (seen: Entry, changes: Partial<Entry>) => ({
  seen,
  next: { ...seen, fence: seen.fence + 1, ...changes },
});

/** What every ledger of replays promises. */
export const describeReplayLedger = (
  name: string,
  create: () => Promise<{ ledger: Ledger; runs: Runs }>,
) => {
  const run = () => `run-${randomUUID()}`;
  const fresh = (changes?: Partial<Entry>) => ({ seen: undefined, next: entry(changes) });

  describe(`${name}, as a ledger of replays`, () => {
    it('takes ninety new messages at once, and gives them back as they were', async () => {
      const { ledger } = await create();
      const changes = Array.from({ length: 90 }, () => fresh({ reason: 'why', attempts: 3 }));
      expect(await ledger.write(changes, [])).toBeUndefined();
      const found = await ledger.find(changes.map(({ next }) => next.key));
      expect([...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
        changes.map(({ next }) => next).sort((a, b) => (a.key < b.key ? -1 : 1)),
      );
    });

    it('refuses all where one is there already, and says what is there', async () => {
      const { ledger } = await create();
      const [known, other] = [fresh(), fresh()];
      const tally = { run: run(), shard: 'one', counts: { received: 2 } };
      await ledger.write([known], []);
      const refusal = await ledger.write([known, other], [tally]);
      expect([...(refusal ?? [])]).toEqual([[known.next.key, known.next]]);
      expect((await ledger.find([other.next.key])).size).toBe(0);
    });

    it('lets one of many have a message', async () => {
      const { ledger } = await create();
      const { next } = fresh();
      const tries = ['a', 'b', 'c', 'd'].map((owner) =>
        ledger.write([{ seen: undefined, next: { ...next, owner } }], []),
      );
      const won = (await Promise.all(tries)).filter((refusal) => refusal === undefined);
      expect(won).toHaveLength(1);
    });

    it('lets its owner write again, with the fence that it has seen', async () => {
      const { ledger } = await create();
      const { next } = fresh();
      await ledger.write([{ seen: undefined, next }], []);
      expect(await ledger.write([grown(next, { state: 'DONE' })], [])).toBeUndefined();
      expect((await ledger.find([next.key])).get(next.key)?.state).toBe('DONE');
    });

    it.each([
      ['another fence', { fence: 7 }],
      ['another owner', { owner: 'writer-two' }],
    ])('takes nothing from who has seen %s', async (_, changes) => {
      const { ledger } = await create();
      const { next } = fresh();
      await ledger.write([{ seen: undefined, next }], []);
      const refusal = await ledger.write([grown({ ...next, ...changes }, { state: 'DONE' })], []);
      expect(refusal?.get(next.key)).toEqual(next);
      expect((await ledger.find([next.key])).get(next.key)?.state).toBe('SENDING');
    });

    it('takes no change of what is not there', async () => {
      const { ledger } = await create();
      const change = grown(entry(), { state: 'DONE' });
      const refusal = await ledger.write([change], []);
      expect([...(refusal ?? [])]).toEqual([[change.next.key, undefined]]);
    });

    it('adds numbers with the entries that they count, and not without', async () => {
      const { ledger, runs } = await create();
      const id = run();
      const change = fresh();
      const tally = { run: id, shard: 'one', counts: { received: 2, duplicates: 1 } };
      await ledger.write([change], [{ ...tally, archived: { messages: 2, chain: 'c1' } }]);
      await ledger.write([change], [tally]);
      await ledger.write(
        [fresh()],
        [{ ...tally, shard: 'two', counts: { received: -1, done: 5 } }],
      );
      const { counts, archived, chains } = await runs.totals(id);
      expect(counts).toEqual({
        received: 1,
        done: 5,
        duplicates: 1,
        quarantined: 0,
        unknown: 0,
        skipped: 0,
      });
      expect(archived).toBe(2);
      expect(chains.toSorted((a, b) => (a.shard < b.shard ? -1 : 1))).toEqual([
        { shard: 'one', chain: 'c1' },
        { shard: 'two', chain: '' },
      ]);
    });

    it('makes a run once, and changes its status from the one that was seen', async () => {
      const { runs } = await create();
      const made = {
        id: run(),
        status: 'running' as const,
        request: replayRequestSchema.parse({ webhook: 'w', limit: 5 }),
        webhook: 'w',
        correlationId: 'c',
        startedAt: NOW,
      };
      expect(await runs.create(made)).toBe(true);
      expect(await runs.create(made)).toBe(false);
      expect(await runs.read(made.id)).toMatchObject(made);
      const end = { status: 'ended' as const, endedAt: NOW + 1, reason: 'finished' };
      expect(await runs.change(made.id, ['ended'], end)).toBe(false);
      expect(await runs.change(made.id, ['running', 'cancelling'], end)).toBe(true);
      expect(await runs.read(made.id)).toMatchObject({ ...made, ...end });
      expect(await runs.read(run())).toBeUndefined();
      expect(await runs.change(run(), ['running'], end)).toBe(false);
    });
  });
};
