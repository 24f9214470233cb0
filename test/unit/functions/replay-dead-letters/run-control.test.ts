import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../functions/replay-dead-letters/copy.ts';
import type { Answer } from '../../../../functions/replay-dead-letters/decide-answer.ts';
import { chainDigest, runDigest } from '../../../../functions/replay-dead-letters/decide-digest.ts';
import { createCrashStage, envelope, idOf } from '../../../support/crash-stage.ts';
import { createFaultPoints } from '../../../support/fault-points.ts';

type Stage = ReturnType<typeof createCrashStage>;
type Sender = (item: Item, times: number, stage: Stage) => Answer;

const START = Date.parse('2026-03-02T02:05:00.000Z');
const forEver = () => createFaultPoints(Number.POSITIVE_INFINITY);
const status = (code: number, retryAfterSeconds?: number): Answer => ({
  answer: 'status',
  status: code,
  page: false,
  retryAfterSeconds,
});

/** A message that was published an hour before the others. */
const old = (id: string): string => envelope(id).replace('T01:00', 'T00:00');

/** A queue of so many messages, and a receiver that answers as told. `sent`: when each one went out. */
const createRun = (
  messages: number,
  sender: Sender = () => status(200),
  receiver: 'strict' | 'idempotent' = 'strict',
  publish?: Parameters<typeof createCrashStage>[2],
) => {
  const sent: { id: string; at: number }[] = [];
  const stage: Stage = createCrashStage(
    receiver,
    async (items) =>
      items.map((item) => {
        sent.push({ id: item.idempotencyKey, at: stage.clock.ms });
        const times = sent.filter(({ id }) => id === item.idempotencyKey).length;
        return sender(item, times, stage);
      }),
    publish,
  );
  for (let index = 0; index < messages; index += 1)
    stage.queue.put(`copy-${index}`, envelope(idOf(index)));
  return { stage, sent };
};

describe('a pause', () => {
  it('is kept to its end, however often the run is handed on', async () => {
    const began: number[] = [];
    const { stage, sent } = createRun(3, (_, __, { clock }) => {
      began.push(clock.ms);
      return clock.ms < (began[0] ?? 0) + 3_000_000 ? status(429, 3_000) : status(200);
    });
    const { balance } = await stage.untilEnded('run-one', forEver);
    expect(balance.done).toBe(3);
    const [first] = began;
    const early = sent.filter(({ at }) => at > (first ?? 0) && at < (first ?? 0) + 3_000_000);
    expect(early).toEqual([]);
  });

  it('is a second at least, whatever a busy receiver says', async () => {
    const { stage, sent } = createRun(20, (_, __, { clock }) =>
      status(clock.ms < 1e15 ? 429 : 200, 0),
    );
    const began = stage.clock.ms;
    await stage.live({ request: stage.request({ maxHops: 1 }), eventId: 'run-one' }, forEver());
    const seconds = (stage.clock.ms - began) / 1_000;
    expect(sent.length).toBeLessThan(10 + 2 * seconds);
  });
});

describe('a rate', () => {
  it.each([
    [0.1, 0],
    [1, 60],
  ])(
    'of %d a second, reached in %d s, is kept within few hops',
    async (perSecond, rampUpSeconds) => {
      const { stage, sent } = createRun(12);
      const rate = { perSecond, rampUpSeconds };
      const { balance } = await stage.untilEnded('run-one', forEver, { rate });
      expect(balance.done).toBe(12);
      const seconds = ((sent.at(-1)?.at ?? 0) - START) / 1_000;
      const full = Math.max(0, seconds - rampUpSeconds);
      const ramp = rampUpSeconds === 0 ? 0 : (seconds - full) ** 2 / (2 * rampUpSeconds);
      const allowed = perSecond * (full + ramp);
      // Each stretch may begin with one message at once.
      expect(12).toBeLessThanOrEqual(1 + stage.handedOn.length + allowed);
      expect(stage.handedOn.length).toBeLessThanOrEqual(3);
    },
  );
});

describe('a canary', () => {
  it('sings once, at the beginning of the run, and not of every stretch of it', async () => {
    // The last twenty ask for a pause, which ends the stretch; two of them are refused for themselves.
    const { stage } = createRun(40, ({ idempotencyKey: id }, times) => {
      if (id >= idOf(20) && times === 1) return status(429, 60);
      return [idOf(20), idOf(21)].includes(id) ? status(422) : status(200);
    });
    const report = await stage.untilEnded('run-one', forEver, { canary: 5 });
    expect(report).toMatchObject({ reason: 'finished', balance: { done: 38, quarantined: 2 } });
    expect(stage.handedOn.length).toBeGreaterThan(0);
  });
});

describe('an outage', () => {
  it('uses up no attempt of a message that was never sent, or tried while the circuit was open', async () => {
    const down = 1_800_000;
    const { stage } = createRun(30, (_, times, { clock }) =>
      clock.ms < START + down
        ? times % 2 === 0
          ? { answer: 'unsent', reason: 'ECONNREFUSED' }
          : status(500)
        : status(200),
    );
    await stage.live({ request: stage.request({}), eventId: 'run-one' }, forEver());
    for (let hop = 1; hop < 6; hop += 1) {
      const { run, openings, idleHops } = stage.handedOn.at(-1) ?? {
        run: '',
        openings: 0,
        idleHops: 0,
      };
      const request = stage.request({ action: 'continue', run, hop, openings, idleHops });
      await stage.live({ request }, forEver());
    }
    const attempts = [...stage.store.entries.values()].map((entry) => entry.attempts);
    expect(attempts.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10);
  });
});

describe('a run that is handed on', () => {
  it('is handed on once, though the facts about it cannot be told', async () => {
    let fails = true;
    const { stage } = createRun(
      3,
      (_, __, { clock }) => (clock.ms < START + 30_000 ? status(429, 30) : status(200)),
      'strict',
      async () => {
        if (fails) throw new Error('the topic is not there');
      },
    );
    const command = { request: stage.request({ run: 'run-one' }), eventId: 'run-one' };
    await stage.live(command, forEver());
    expect(stage.handedOn).toHaveLength(1);
    fails = false;
    const request = stage.request({ action: 'continue', ...stage.handedOn[0] });
    expect(await stage.live({ request }, forEver())).toMatchObject({ reason: 'finished' });
  });

  it('goes on working though its progress cannot be told', async () => {
    const { stage } = createRun(150, undefined, 'strict', async (facts) => {
      if (facts.some(({ type }) => type === 'lifeboat.replay.progressed.v1')) throw new Error('no');
    });
    const options = { rate: { perSecond: 1, rampUpSeconds: 0 } };
    const said = await stage.live(
      { request: stage.request({ run: 'run-one', ...options }), eventId: 'run-one' },
      forEver(),
    );
    expect(said).toMatchObject({ reason: 'finished', balance: { done: 150 } });
  });

  it('is not said to be cancelled where another process has ended it', async () => {
    const { stage } = createRun(100, (_, __, { store, clock }) => {
      const run = store.records.get('run-one');
      if (run !== undefined && run.status === 'running' && clock.ms > run.startedAt + 5_000)
        store.records.set('run-one', { ...run, status: 'ended', endedAt: 1, reason: 'hop-limit' });
      return status(200);
    });
    const request = stage.request({ run: 'run-one', rate: { perSecond: 2, rampUpSeconds: 0 } });
    const said = await stage.live({ request, eventId: 'run-one' }, forEver());
    expect(said).toMatchObject({ reason: 'hop-limit' });
    expect(stage.told).not.toContain('lifeboat.replay.ended.v1');
  });
});

describe('a filter', () => {
  it.each([Number.POSITIVE_INFINITY, 38, 40, 42, 100])(
    'ends a run that leaves several copies of a message, in a process that dies at %d',
    async (killAt) => {
      const { stage } = createRun(16);
      const ids = Array.from({ length: 16 }, (__, index) => idOf(index));
      for (const id of ids.slice(0, 4))
        for (const copy of ['first', 'second', 'third']) stage.queue.put(`${copy}-${id}`, old(id));
      for (const copy of [0, 1, 2, 3]) stage.queue.put(`copy-${copy}`, old(idOf(copy)));
      const kills = [killAt];
      const options = {
        filter: { since: '2026-03-02T00:30:00.000Z' },
        rate: { perSecond: 3, rampUpSeconds: 0 },
      };
      const nextLife = () => createFaultPoints(kills.shift() ?? Number.POSITIVE_INFINITY);
      const { reason, balance } = await stage.untilEnded('run-one', nextLife, options);
      expect({ reason, received: balance.received, pending: balance.pending }).toEqual({
        reason: 'finished',
        received: 16,
        pending: 4,
      });
      expect(stage.queue.bodies()).toHaveLength(16);
    },
  );
});

describe('what a crash leaves in doubt', () => {
  it('is one message where one is under way at once', async () => {
    const { stage } = createRun(20, () => ({ answer: 'none', reason: 'never' }));
    const faults = createFaultPoints(25);
    await stage.live({ request: stage.request({ concurrency: 1 }), eventId: 'run-one' }, faults);
    const sending = [...stage.store.entries.values()].filter(({ state }) => state === 'SENDING');
    expect(sending.length).toBeLessThanOrEqual(1);
  });
});

describe('large bodies', () => {
  it('are archived a few at a time, though small ones came before', async () => {
    const { stage } = createRun(400);
    const large = 'x'.repeat(500_000);
    for (let index = 400; index < 500; index += 1)
      stage.queue.put(`copy-${index}`, envelope(idOf(index), large));
    const { balance } = await stage.untilEnded('run-one', forEver);
    expect(balance.done).toBe(500);
    const largest = Math.max(...stage.objects.map(({ characters }) => characters));
    expect(largest).toBeLessThan(5_000_000);
  });
});

describe('the digest of a run', () => {
  it.each([
    ['that ends well', {}, 200],
    ['that is stopped', { canary: 3 }, 500],
    ['whose receiver refuses', {}, 404],
    ['that has a limit', { limit: 7 }, 200],
  ])('covers every object of a run %s', async (_, options, code) => {
    const { stage } = createRun(300, () => status(code));
    const { digest } = await stage.untilEnded('run-one', forEver, options);
    const chains = new Map<string, string>();
    for (const { name, sha256 } of stage.objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const shard = name.replace(/-\d+$/, '');
      chains.set(shard, chainDigest(chains.get(shard) ?? '', sha256));
    }
    expect(digest).toBe(runDigest([...chains].map(([shard, chain]) => ({ shard, chain }))));
  });
});
