import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertDeliveryRequestedSchema } from '../../../../events/alert-delivery-requested/v1.ts';
import gap from '../../../../events/check-reported/v1.samples/wal-gap.json' with { type: 'json' };
import type { CheckReported } from '../../../../events/check-reported/v1.ts';
import { checkReportedSchema } from '../../../../events/check-reported/v1.ts';
import type { AlertRecord, AlertStore } from '../../../../functions/route-alerts/alert-store.ts';
import type { Command } from '../../../../functions/route-alerts/outbox.ts';
import { routeReport, type Services } from '../../../../functions/route-alerts/route-report.ts';
import { RetryLaterError } from '../../../../shared/handler/message-errors.ts';
import { at, HOUR, MINUTE, makeAlerts } from './alert-fixtures.ts';

type Seen = 'pass' | 'warning' | 'critical';

const makeEvent = (ms: number, seen: Seen = 'critical', id = `event-${ms}`): CheckReported => {
  const failed = seen !== 'pass';
  return checkReportedSchema.parse({
    ...gap,
    id,
    time: at(ms).toISOString(),
    data: {
      ...gap.data,
      verdict: failed ? 'fail' : 'pass',
      severity: failed ? seen : undefined,
      checkedAt: at(ms).toISOString(),
    },
  });
};

/** What survives a crash: the table, and what is in the channels' queues. */
const createWorld = () => {
  const records = new Map<string, AlertRecord>();
  const queues: Command[] = [];
  let steps = 0;
  let crashAt = Number.POSITIVE_INFINITY;
  const survive = (): void => {
    steps += 1;
    if (steps >= crashAt) throw new Error('this invocation is dead');
  };
  /** An invocation dies before an effect or after it, and does nothing from then on. */
  const guard = async <T>(effect: () => T): Promise<T> => {
    survive();
    const result = effect();
    survive();
    return result;
  };
  const store: AlertStore = {
    read: (id) => guard(() => records.get(id) ?? { version: 0, state: undefined, outbox: [] }),
    write: (id, next) =>
      guard(() => {
        if ((records.get(id)?.version ?? 0) !== next.version) return false;
        records.set(id, { ...structuredClone(next), version: next.version + 1 });
        return true;
      }),
  };
  const unreachable = new Set<string>();
  const send = (command: Command) =>
    guard(() => {
      if (unreachable.has(command.data.channel)) throw new Error('the queue does not answer');
      queues.push(command);
    });
  const plan = {
    name: 'mailblast',
    digest: gap.plandigest,
    objectives: {},
    backups: [],
    webhooks: [],
    alerts: makeAlerts(),
  };
  const services: Services = {
    plan,
    speaker: { stage: 'test', service: 'route-alerts', plan },
    store,
    send,
  };
  return {
    services,
    records,
    queues,
    unreachable,
    crashAfter: (count: number) => {
      crashAt = steps + count;
    },
    revive: () => {
      crashAt = Number.POSITIVE_INFINITY;
    },
    ids: () => [...new Set(queues.map(({ data }) => data.deliveryId))].sort(),
    waiting: () => [...records.values()].flatMap(({ outbox }) => outbox),
  };
};

const route = (world: ReturnType<typeof createWorld>, event: CheckReported) =>
  routeReport(world.services, event, new Date(event.data.checkedAt));

describe('one report', () => {
  it('puts one command into the queue of each channel of the route', async () => {
    const world = createWorld();
    const routed = await route(world, makeEvent(0));
    expect(routed.reason).toBe('opened');
    expect(world.queues.map(({ data }) => data.channel)).toEqual(['email', 'slack', 'pagerduty']);
    expect(world.queues[0]?.data).toMatchObject({
      action: 'open',
      severity: 'critical',
      title: `mailblast: ${gap.data.summary}`,
      summary: gap.data.summary,
      recommendation: gap.data.action,
      openedAt: at(0).toISOString(),
      observedAt: at(0).toISOString(),
    });
    expect(world.queues[0]?.correlationid).toBe(gap.correlationid);
    expect(world.waiting()).toEqual([]);
  });

  it('keeps the title of the failure when it is over', async () => {
    const world = createWorld();
    await route(world, makeEvent(0));
    await route(world, makeEvent(MINUTE, 'pass'));
    expect(world.queues.at(-1)?.data).toMatchObject({
      action: 'resolve',
      title: `mailblast: ${gap.data.summary}`,
      severity: 'critical',
      recommendation: '',
    });
  });

  it('says of a check that could not look for too long that it could not, and then that it still cannot', async () => {
    const world = createWorld();
    const blind = (ms: number): CheckReported => {
      const event = makeEvent(ms);
      const data = { ...event.data, verdict: 'unknown', severity: undefined, summary: 'base: no' };
      return checkReportedSchema.parse({ ...event, data });
    };
    for (const ms of [0, HOUR]) await route(world, blind(ms));
    const title = 'mailblast: could not be checked: base: no';
    expect(world.queues.at(-1)?.data).toMatchObject({
      action: 'open',
      title,
      summary: `${gap.data.check} has not been able to look for too long: base: no`,
    });
    await route(world, blind(30 * HOUR));
    expect(world.queues.at(-1)?.data).toMatchObject({
      action: 'repeat',
      title,
      summary: 'Still open, and it could not be looked at again: base: no',
    });
  });

  it('takes a report from the future for one of now, so that later ones still count', async () => {
    const world = createWorld();
    await routeReport(world.services, makeEvent(1_000 * HOUR), at(0));
    const { reason } = await routeReport(world.services, makeEvent(MINUTE, 'pass'), at(MINUTE));
    expect(reason).toBe('resolved');
  });

  it('has no more than one alert for what fails in two ways, and two for two regions', async () => {
    const world = createWorld();
    const other = makeEvent(MINUTE, 'warning');
    other.data.reason = 'another';
    await route(world, makeEvent(0));
    await route(world, other);
    expect(world.records.size).toBe(1);
    const elsewhere = makeEvent(2 * MINUTE);
    elsewhere.data.subject.region = 'eu-west-1';
    await route(world, elsewhere);
    expect(world.records.size).toBe(2);
  });
});

describe('any report', () => {
  const text = (maxLength: number) =>
    fc.string({
      unit: fc.constantFrom('a', '<', '&', '🔥', '\ud83d', '\r\n', '\0', '/', ' '),
      minLength: 1,
      maxLength,
    });

  it('becomes commands that the contract allows, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          verdict: fc.constantFrom('fail' as const, 'unknown' as const),
          summary: text(1_024),
          action: text(6_000),
          subject: fc.record({ kind: fc.constant('backup'), id: text(4_000), region: text(50) }),
          evidence: fc.array(fc.record({ uri: text(3_000).map((key) => `s3://bucket/${key}`) })),
        }),
        async ({ verdict, ...data }) => {
          const world = createWorld();
          const isFail = verdict === 'fail';
          const report = (ms: number, changes: object) => {
            const event = makeEvent(ms, 'critical');
            return checkReportedSchema.parse({ ...event, data: { ...event.data, ...changes } });
          };
          const seen = { ...data, verdict, severity: isFail ? 'critical' : undefined };
          await route(world, report(0, seen));
          await route(world, report(2 * HOUR, seen));
          await route(world, report(3 * HOUR, { ...seen, verdict: 'pass', severity: undefined }));
          expect(world.queues.length).toBeGreaterThan(0);
          for (const command of world.queues) {
            const sent: unknown = JSON.parse(JSON.stringify(command));
            expect(alertDeliveryRequestedSchema.safeParse(sent).error).toBeUndefined();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a channel that cannot be reached', () => {
  it('holds up no other, and is told by whatever report comes next', async () => {
    const world = createWorld();
    world.unreachable.add('slack');
    await expect(route(world, makeEvent(0))).rejects.toThrow(RetryLaterError);
    expect(world.queues.map(({ data }) => data.channel)).toEqual(['email', 'pagerduty']);
    world.unreachable.clear();
    await route(world, makeEvent(MINUTE));
    expect(world.queues.slice(2).map(({ data }) => data.channel)).toEqual(['slack']);
    expect(world.queues[2]?.data.action).toBe('open');
    expect(world.waiting()).toEqual([]);
  });

  it('does not fill the record, however long it lasts', async () => {
    const world = createWorld();
    world.unreachable.add('slack');
    for (let hour = 0; hour < 30; hour += 1) {
      await expect(route(world, makeEvent(hour * HOUR))).rejects.toThrow(RetryLaterError);
    }
    expect(world.waiting()).toHaveLength(20);
    expect(world.queues.filter(({ data }) => data.channel === 'email')).toHaveLength(30);
  });

  it('is forgotten when a new plan no longer has it', async () => {
    const world = createWorld();
    world.unreachable.add('slack');
    await expect(route(world, makeEvent(0))).rejects.toThrow(RetryLaterError);
    const { channels } = world.services.plan.alerts;
    world.services.plan.alerts.channels = channels.filter(({ name }) => name !== 'slack');
    const { dropped } = await route(world, makeEvent(MINUTE));
    expect(dropped).toEqual([expect.stringMatching(/\/open\/slack$/)]);
    expect(world.waiting()).toEqual([]);
  });
});

describe('a crash at any step', () => {
  const sequence = fc.array(fc.constantFrom<Seen>('pass', 'warning', 'critical'), {
    minLength: 1,
    maxLength: 8,
  });

  it('loses nothing: the redelivered report sends what was decided', async () => {
    await fc.assert(
      fc.asyncProperty(
        sequence,
        fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 12 }),
        async (seen, crashes) => {
          const events = seen.map((verdict, index) => makeEvent(index * HOUR, verdict));
          const calm = createWorld();
          for (const event of events) await route(calm, event);

          const world = createWorld();
          for (const event of events) {
            world.crashAfter(crashes.shift() ?? Number.POSITIVE_INFINITY);
            await route(world, event).catch(() => {
              world.revive();
              return route(world, event);
            });
          }
          expect(world.ids()).toEqual(calm.ids());
          expect(world.waiting()).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sends the very same command again', async () => {
    const world = createWorld();
    // Two steps each for the read, the write and three sends; the next crosses them out.
    world.crashAfter(11);
    await expect(route(world, makeEvent(0))).rejects.toThrow('dead');
    world.revive();
    const first = structuredClone(world.queues);
    await route(world, makeEvent(0));
    expect(first).toHaveLength(3);
    for (const command of first) {
      const copies = world.queues.filter(({ id }) => id === command.id);
      expect(copies.length).toBe(2);
      expect(copies[1]).toEqual(copies[0]);
    }
  });

  it('lets reports of one alert compete without losing one', async () => {
    const world = createWorld();
    await Promise.all([0, 1, 2, 3, 4].map((minute) => route(world, makeEvent(minute * MINUTE))));
    const opened = world.queues.filter(({ data }) => data.action === 'open');
    expect(new Set(opened.map(({ data }) => data.incident)).size).toBe(1);
    expect([...world.records.values()][0]?.state?.observedAt).toBe(at(4 * MINUTE).toISOString());
    expect(world.waiting()).toEqual([]);
  });
});
