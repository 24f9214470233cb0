import { describe, expect, it } from 'vitest';
import { LEASE_MS, SKIP_MS } from '../../../../functions/replay-dead-letters/batch-context.ts';
import { identify } from '../../../../functions/replay-dead-letters/identify.ts';
import type { Ledger } from '../../../../functions/replay-dead-letters/ledger.ts';
import { Pacer } from '../../../../functions/replay-dead-letters/pacer.ts';
import { replayBatch } from '../../../../functions/replay-dead-letters/replay-batch.ts';
import { sendHeld } from '../../../../functions/replay-dead-letters/send-held.ts';
import { settleSent } from '../../../../functions/replay-dead-letters/settle-sent.ts';
import { takeHold } from '../../../../functions/replay-dead-letters/take-hold.ts';
import { createCrashStage, envelope, idOf } from '../../../support/crash-stage.ts';
import { createFaultPoints } from '../../../support/fault-points.ts';
import { createMemoryArchive } from '../../../support/memory-dead-letters.ts';

/** Two writers on one ledger, each with a clock of its own. */
const createWriters = (receiver: 'strict' | 'idempotent') => {
  const stage = createCrashStage(receiver);
  const { archive, parked } = createMemoryArchive();
  const writer = (shard: string, clock: { ms: number }) => {
    const now = () => clock.ms;
    const settings = { concurrency: 9, rampUpSeconds: 0, startedAt: 0, canary: 0 };
    const pacer = new Pacer(settings, { now, sleep: async () => {}, deadline: 1e15 }, 0);
    return {
      source: stage.queue.source,
      archive,
      ledger: stage.store.ledger,
      destination: {
        id: 'd',
        batch: 1,
        send: async () => [{ answer: 'status' as const, status: 200, page: false }],
      },
      pacer,
      run: `run-of-${shard}`,
      shard,
      writers: 1,
      receiver,
      reopens: undefined,
      maxAttempts: 5,
      pageIsSuccess: false,
      isWanted: () => true,
      timeoutMs: 1_000,
      now,
    };
  };
  const copy = { id: 'copy-0', receipt: '', body: envelope(idOf(0)), attributes: {} };
  const item = identify(copy, { destination: 'd', topic: 't', rawDelivery: false });
  return { ...stage, parked, writer, item };
};

const START = Date.parse('2026-03-02T02:05:00.000Z');

describe('a process that is slower than its lease', () => {
  it('writes nothing over what another one found out meanwhile, and deletes nothing', async () => {
    const { store, writer, item } = createWriters('strict');
    const slow = writer('slow', { ms: START });
    const other = writer('other', { ms: START + LEASE_MS + 1 });

    const { held } = await takeHold(slow, [{ item, want: 'send' }]);
    const sent = await sendHeld(slow, held);
    // It sleeps, and another one takes the same message for a crash.
    expect((await takeHold(other, [{ item, want: 'send' }])).remove).toEqual([item]);
    expect(store.entries.get(item.key)?.state).toBe('UNKNOWN');

    expect(await settleSent(slow, sent, new Map())).toEqual({ remove: [], leave: [] });
    expect(store.entries.get(item.key)).toMatchObject({ state: 'UNKNOWN', owner: 'other' });
    const numbers = await store.runs.totals('run-of-slow');
    expect(numbers.counts).toMatchObject({ received: 0, done: 0 });
  });

  it('begins nothing that could end after its lease', async () => {
    const { store, writer, item } = createWriters('idempotent');
    const clock = { ms: START };
    const slow = writer('slow', clock);
    const { held } = await takeHold(slow, [{ item, want: 'send' }]);
    // What it wrote down took long to be written.
    clock.ms += LEASE_MS - 2 * slow.timeoutMs;
    const sent = await sendHeld(slow, held);
    expect(sent.map(({ verdict }) => verdict.verdict)).toEqual(['unsent']);
    await settleSent(slow, sent, new Map());
    expect(store.entries.get(item.key)).toMatchObject({ state: 'RETRY', attempts: 0 });
  });
});

describe('a writer that comes to nothing', () => {
  const archived = { messages: 1, chain: 'c1' };

  it('counts what it archived, though the run stops before it claims anything', async () => {
    const { store, writer, item } = createWriters('strict');
    const stopped = writer('stopped', { ms: START });
    stopped.pacer.end({ reason: 'paused', detail: 'by another writer' });
    expect(await replayBatch(stopped, [item], archived)).toBe(0);
    const { archived: messages, chains, counts } = await store.runs.totals('run-of-stopped');
    expect({ messages, chains }).toEqual({
      messages: 1,
      chains: [{ shard: 'stopped', chain: 'c1' }],
    });
    expect(counts.received).toBe(0);
  });

  it('counts what it archived and the duplicates that it lets go, though others are always faster', async () => {
    const { store, writer, item } = createWriters('idempotent');
    const done = { ...item, key: 'done' };
    const first = writer('first', { ms: START });
    await takeHold(first, [
      { item: done, want: 'quarantine' },
      { item, want: 'skip' },
    ]);
    const late = writer('late', { ms: START + SKIP_MS + 1 });
    const contended: Ledger = {
      ...late.ledger,
      async write(changes, tallies) {
        const entry = store.entries.get(item.key);
        if (entry !== undefined) store.entries.set(item.key, { ...entry, fence: entry.fence + 1 });
        return late.ledger.write(changes, tallies);
      },
    };
    const hold = await takeHold(
      { ...late, ledger: contended },
      [
        { item: done, want: 'send' },
        { item, want: 'send' },
      ],
      { messages: 2, chain: 'c2' },
    );
    expect(hold).toMatchObject({ held: [], remove: [done], leave: [{ item }] });
    const { archived: messages, counts } = await store.runs.totals('run-of-late');
    expect({ messages, ...counts }).toMatchObject({ messages: 2, received: 1, duplicates: 1 });
  });
});

describe('a run after a filter', () => {
  it('says that it waits for what the filter left, and how long', async () => {
    const stage = createCrashStage('strict');
    for (let index = 0; index < 3; index += 1) stage.queue.put(`c-${index}`, envelope(idOf(index)));
    const faults = () => createFaultPoints(Number.POSITIVE_INFINITY);
    const filtered = stage.request({ run: 'filtered', filter: { types: ['Bounce'] } });
    expect(await stage.live({ request: filtered, eventId: 'filtered' }, faults())).toMatchObject({
      reason: 'finished',
    });
    const request = stage.request({ run: 'all-of-it' });
    const said = await stage.live({ request, eventId: 'all-of-it' }, faults());
    expect(said).toMatchObject({
      summary: expect.stringContaining(
        'about 3 messages in the queue have their next turn later: after their last try, or ten minutes after a filter left them',
      ),
    });
  });
});

describe('a slow run', () => {
  it('tells how far it is while it works, keeps to its rate, and ends', async () => {
    const stage = createCrashStage('strict');
    for (let index = 0; index < 150; index += 1)
      stage.queue.put(`copy-${index}`, envelope(idOf(index)));
    const request = stage.request({ run: 'slow', rate: { perSecond: 1, rampUpSeconds: 0 } });
    const faults = createFaultPoints(Number.POSITIVE_INFINITY);
    const said = await stage.live({ request, eventId: 'slow' }, faults);
    expect(said).toMatchObject({ reason: 'finished', balance: { done: 150 } });
    const progressed = stage.told.filter((type) => type === 'lifeboat.replay.progressed.v1');
    expect(progressed.length).toBeGreaterThanOrEqual(3);
    expect(progressed.length).toBeLessThanOrEqual(6);
    expect(stage.told.at(-1)).toBe('lifeboat.replay.ended.v1');
  });
});

describe('a message that a process died with', () => {
  it('is known for good, since it may lie parked though another one sent it', async () => {
    let interrupted = 0;
    for (let kill = 1; kill < 40; kill += 1) {
      const stage = createCrashStage('idempotent');
      stage.queue.put('copy', envelope(idOf(1)));
      let lives = 0;
      let wasSending = false;
      const nextLife = () => {
        lives += 1;
        wasSending ||= [...stage.store.entries.values()].some(({ state }) => state === 'SENDING');
        return createFaultPoints(lives === 1 ? kill : Number.POSITIVE_INFINITY);
      };
      await stage.untilEnded('a-run-that-dies', nextLife);
      const [entry] = stage.store.entries.values();
      expect(entry?.state).toBe('DONE');
      if (!wasSending) continue;
      interrupted += 1;
      expect((entry?.expiresAt ?? 0) - stage.clock.ms).toBeGreaterThan(10 * 365 * 86_400_000);
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});
