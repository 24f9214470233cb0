import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertDeliveryRequested } from '../../../../events/alert-delivery-requested/v1.ts';
import type { Channel, Outcome } from '../../../../functions/deliver-alert/channels/channel.ts';
import { MAX_RECEIVES } from '../../../../functions/deliver-alert/decide-retry.ts';
import { deliverAlert } from '../../../../functions/deliver-alert/deliver-alert.ts';
import type { DeliveryLedger } from '../../../../functions/deliver-alert/delivery-ledger.ts';
import {
  RetryLaterError,
  UnprocessableMessageError,
} from '../../../../shared/handler/message-errors.ts';
import { makeRequest } from '../../../support/alert-requests.ts';
import { createMemoryLedger } from '../../../support/memory-delivery-ledger.ts';

const INCIDENT = 'lifeboat/8e2b7c41d05a9f36/20260302T031500000Z';

const command = (minute: number, action: 'open' | 'repeat' | 'escalate' | 'resolve') =>
  makeRequest({
    deliveryId: `8e2b7c41d05a9f36/${minute}/${action}/slack`,
    action,
    dedupKey: action === 'open' ? INCIDENT : `${INCIDENT}/1`,
    closes: action === 'resolve' ? [INCIDENT, `${INCIDENT}/1`] : [],
    observedAt: new Date(Date.UTC(2026, 2, 2, 3, minute)).toISOString(),
  });

/** A receiver like PagerDuty: keeps what is open by key. */
const createReceiver = (answer: () => Outcome = () => ({ outcome: 'delivered' })) => {
  const open = new Set<string>();
  const heard: AlertDeliveryRequested[] = [];
  const channel: Channel = {
    async deliver(request) {
      const outcome = answer();
      if (outcome.outcome !== 'delivered') return outcome;
      heard.push(request);
      const { action, dedupKey, closes } = request.data;
      if (action === 'resolve') for (const key of closes) open.delete(key);
      else open.add(dedupKey);
      return outcome;
    },
  };
  return { open, heard, channel };
};

const setUp = (answer?: () => Outcome, ledger: DeliveryLedger = createMemoryLedger()) => {
  const receiver = createReceiver(answer);
  let time = Date.UTC(2026, 2, 2, 4);
  let attempts = 0;
  const services = { ledger, channels: new Map([['slack', receiver.channel]]) };
  return {
    ...receiver,
    wait: (seconds: number) => {
      time += seconds * 1_000;
    },
    deliver: (request: AlertDeliveryRequested, receives = 1) => {
      attempts += 1;
      const attempt = { id: `attempt-${attempts}`, receives, now: () => new Date(time) };
      return deliverAlert(services, request, attempt);
    },
  };
};

describe('one command', () => {
  it('is told once, however often it comes', async () => {
    const world = setUp();
    const open = command(1, 'open');
    expect(await world.deliver(open)).toMatchObject({ result: 'delivered' });
    expect(await world.deliver(open)).toMatchObject({ result: 'dropped', reason: 'already-told' });
    expect(world.heard).toHaveLength(1);
  });

  it('waits while another one of its incident is under way', async () => {
    let free = () => {};
    const gate = new Promise<void>((resolve) => {
      free = resolve;
    });
    const world = setUp();
    const ledger = createMemoryLedger();
    const slow: Channel = { deliver: () => gate.then(() => ({ outcome: 'delivered' })) };
    const services = { ledger, channels: new Map([['slack', slow]]) };
    const attempt = (id: string) => ({ id, receives: 1, now: () => new Date(0) });
    const first = deliverAlert(services, command(1, 'open'), attempt('one'));
    const second = deliverAlert(services, command(1, 'open'), attempt('two'));
    await expect(second).rejects.toThrow(RetryLaterError);
    free();
    expect(await first).toMatchObject({ result: 'delivered' });
    expect(world.heard).toHaveLength(0);
  });

  it('is tried later when the receiver cannot take it, and then needs no waiting for a claim', async () => {
    const answers: Outcome[] = [{ outcome: 'retry', reason: 'answered 429', afterSeconds: 33 }];
    const world = setUp(() => answers.shift() ?? { outcome: 'delivered' });
    const error = await world.deliver(command(1, 'open')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RetryLaterError);
    expect(error).toMatchObject({ message: 'slack: answered 429', afterSeconds: 33 });
    expect(await world.deliver(command(1, 'open'), 2)).toMatchObject({ result: 'delivered' });
  });

  it('is set aside when the receiver refuses it', async () => {
    const world = setUp(() => ({ outcome: 'refused', reason: 'answered 404: no_service' }));
    const error = await world.deliver(command(1, 'open')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnprocessableMessageError);
    expect(error).toMatchObject({
      reason: 'delivery-refused',
      message: 'slack: answered 404: no_service',
    });
  });

  it('is set aside when the plan has no such channel', async () => {
    const world = setUp();
    const stray = makeRequest({ channel: 'teams' });
    await expect(world.deliver(stray)).rejects.toMatchObject({ reason: 'unknown-channel' });
  });

  it('is set aside, after it was told, when it closes what another key opened', async () => {
    const credentials = ['old', 'new'];
    const world = setUp(() => ({ outcome: 'delivered', credential: credentials.shift() }));
    await world.deliver(command(1, 'open'));
    await expect(world.deliver(command(2, 'resolve'))).rejects.toMatchObject({
      reason: 'opened-with-another-key',
    });
    expect(world.heard).toHaveLength(2);
  });
});

describe('a resolve that overtakes its opening', () => {
  it('waits, and goes out after it', async () => {
    const world = setUp();
    await expect(world.deliver(command(2, 'resolve'))).rejects.toThrow(RetryLaterError);
    await world.deliver(command(1, 'open'));
    await world.deliver(command(2, 'resolve'), 2);
    expect(world.heard.map(({ data }) => data.action)).toEqual(['open', 'resolve']);
    expect([...world.open]).toEqual([]);
  });

  it('goes out on its last receive, and the opening is dropped from then on', async () => {
    const world = setUp();
    await world.deliver(command(2, 'resolve'), MAX_RECEIVES);
    expect(await world.deliver(command(1, 'open'))).toMatchObject({
      result: 'dropped',
      reason: 'already-resolved',
    });
    expect([...world.open]).toEqual([]);
  });
});

/** Dies before or after the n-th thing that it does, and does nothing from then on. */
const createDying = (ledger: DeliveryLedger) => {
  let steps = 0;
  let dieAt = Number.POSITIVE_INFINITY;
  const survive = () => {
    steps += 1;
    if (steps >= dieAt) throw new Error('this invocation is dead');
  };
  const guard = async <T>(effect: () => Promise<T>): Promise<T> => {
    survive();
    const result = await effect();
    survive();
    return result;
  };
  const dying: DeliveryLedger = {
    claim: (...given) => guard(() => ledger.claim(...given)),
    settle: (...given) => guard(() => ledger.settle(...given)),
    release: (...given) => guard(() => ledger.release(...given)),
  };
  return {
    ledger: dying,
    guard,
    dieAfter: (count: number) => {
      dieAt = steps + count;
    },
  };
};

describe('a queue that delivers in any order, twice, to invocations that die', () => {
  const actions = ['open', 'repeat', 'escalate', 'repeat', 'resolve'] as const;

  it('tells at least once, and leaves nothing open after the resolve', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], { minLength: 10, maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 20 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (order, deaths, refusals) => {
          const dying = createDying(createMemoryLedger());
          const world = setUp(
            () =>
              refusals.shift() === true
                ? { outcome: 'retry', reason: 'answered 500' }
                : { outcome: 'delivered' },
            dying.ledger,
          );
          const queue = order.map((index) => ({
            request: command(index, actions[index] ?? 'open'),
            receives: 0,
          }));
          for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
            message.receives += 1;
            dying.dieAfter(deaths.shift() ?? Number.POSITIVE_INFINITY);
            const isDone = await world
              .deliver(message.request, Math.min(message.receives, MAX_RECEIVES - 1))
              .then(() => true)
              .catch(() => false);
            dying.dieAfter(Number.POSITIVE_INFINITY);
            world.wait(90);
            if (!isDone) queue.push(message);
            expect(message.receives).toBeLessThan(100);
          }
          expect(world.heard.some(({ data }) => data.action === 'resolve')).toBe(true);
          expect(world.heard.some(({ data }) => data.action !== 'resolve')).toBe(true);
          expect([...world.open]).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may tell twice after a crash, never not at all', async () => {
    const dying = createDying(createMemoryLedger());
    const world = setUp(undefined, dying.ledger);
    // The claim is two steps; the death comes when what was told is to be written down.
    dying.dieAfter(3);
    await expect(world.deliver(command(1, 'open'))).rejects.toThrow('dead');
    dying.dieAfter(Number.POSITIVE_INFINITY);
    await expect(world.deliver(command(1, 'open'), 2)).rejects.toThrow(RetryLaterError);
    world.wait(61);
    await world.deliver(command(1, 'open'), 3);
    expect(world.heard).toHaveLength(2);
  });
});
