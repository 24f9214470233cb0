import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertReport } from '../../../../functions/route-alerts/alert-report.ts';
import {
  type AlertState,
  LEVEL_RANK,
  type Level,
} from '../../../../functions/route-alerts/alert-state.ts';
import { decideAlert } from '../../../../functions/route-alerts/decide-alert.ts';
import type { Delivery } from '../../../../functions/route-alerts/decide-recipients.ts';
import { at, HOUR, MINUTE, makeAlerts, makeReport } from './alert-fixtures.ts';

type Verdict = { verdict: AlertReport['verdict']; severity?: 'critical' | 'warning' };

const verdicts: Verdict[] = [
  { verdict: 'pass' },
  { verdict: 'fail', severity: 'warning' },
  { verdict: 'fail', severity: 'critical' },
  { verdict: 'unknown' },
];

/** Reports with their time of observation and that of their arrival: late, twice, in any order. */
const arrivals = (choice: Verdict[]) =>
  fc
    .array(
      fc.record({
        verdict: fc.constantFrom(...choice),
        minutes: fc.integer({ min: 0, max: 3_000 }),
        delays: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((items) =>
      items
        .flatMap(({ verdict, minutes, delays }, index) => {
          const report = makeReport(minutes * MINUTE, { ...verdict, eventId: `report-${index}` });
          return delays.map((delay) => ({ report, now: at((minutes + delay) * MINUTE) }));
        })
        .sort((one, other) => one.now.getTime() - other.now.getTime()),
    );

const routes = fc.record({
  critical: fc.uniqueArray(fc.constantFrom('email', 'slack', 'pagerduty')),
  warning: fc.uniqueArray(fc.constantFrom('email', 'slack', 'pagerduty')),
});

/** What the receivers believe: for each channel, the keys that are open there. */
const createReceivers = () => {
  const open = new Map<string, Set<string>>();
  return {
    take({ channel, action, dedupKey, closes }: Delivery): void {
      const keys = open.get(channel) ?? new Set();
      open.set(channel, keys);
      if (action === 'resolve') for (const key of closes) keys.delete(key);
      else keys.add(dedupKey);
    },
    openKeys: (): string[] => [...open.values()].flatMap((keys) => [...keys]),
  };
};

const SECONDS: Record<Level, number> = { unchecked: 86_400, warning: 86_400, critical: 3_600 };

/** Fails where somebody is told again of something no worse before its interval is over. */
const createRhythm = () => {
  let incident = '';
  let tellings: { level: Level; time: number }[] = [];
  return {
    tell(state: AlertState, now: Date): void {
      const { key, level } = state.incident ?? { key: '', level: 'warning' };
      if (key !== incident) tellings = [];
      incident = key;
      const earlier = tellings.filter((known) => LEVEL_RANK[known.level] >= LEVEL_RANK[level]);
      const gap = now.getTime() - Math.max(...earlier.map(({ time }) => time));
      expect(gap).toBeGreaterThanOrEqual(SECONDS[level] * 1_000);
      tellings.push({ level, time: now.getTime() });
    },
  };
};

describe('any sequence of reports', () => {
  it('tells everybody who was told that it fires that it is over, and repeats no sooner than promised', () => {
    fc.assert(
      fc.property(arrivals(verdicts), routes, routes, (sequence, before, after) => {
        const receivers = createReceivers();
        const rhythm = createRhythm();
        let state: AlertState | undefined;
        sequence.forEach(({ report, now }, index) => {
          // Half-way through, a new plan is deployed with other routes.
          const alerts = makeAlerts({ routes: index < sequence.length / 2 ? before : after });
          const { reason, state: next, deliveries } = decideAlert(state, report, alerts, now);
          if (deliveries.length > 0 && reason !== 'resolved') rhythm.tell(next, now);
          deliveries.forEach(receivers.take);
          state = next;

          const key = next.incident?.key;
          if (key === undefined) expect(receivers.openKeys()).toEqual([]);
          else expect(receivers.openKeys().every((open) => open.startsWith(key))).toBe(true);
        });
      }),
      { numRuns: 250 },
    );
  });

  it('ends as the newest report says, whatever order they come in', () => {
    fc.assert(
      fc.property(arrivals(verdicts.slice(0, 3)), (sequence) => {
        let state: AlertState | undefined;
        for (const { report, now } of sequence) {
          state = decideAlert(state, report, makeAlerts(), now).state;
        }
        const newest = sequence
          .map(({ report }) => report)
          .toSorted((one, other) => other.observedAt.localeCompare(one.observedAt))
          .filter((report, _, [first]) => report.observedAt === first?.observedAt);
        const severities = newest.map(({ severity }) => severity);
        const worst = ['critical', 'warning'].find((name) => severities.some((s) => s === name));
        expect(state?.incident?.level).toBe(worst);
      }),
      { numRuns: 250 },
    );
  });

  it('neither opens nor closes at once for what could not be seen', () => {
    fc.assert(
      fc.property(arrivals(verdicts), (sequence) => {
        let state: AlertState | undefined;
        for (const { report, now } of sequence) {
          const before: AlertState | undefined = state;
          state = decideAlert(before, report, makeAlerts(), now).state;
          if (report.verdict !== 'unknown') continue;
          if (before?.incident !== undefined) {
            expect(state.incident?.key).toBe(before.incident.key);
          } else if (state.incident !== undefined) {
            const since = Date.parse(before?.unknownSince ?? report.observedAt);
            expect(Date.parse(report.observedAt) - since).toBeGreaterThanOrEqual(HOUR);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does nothing for what it has seen', () => {
    fc.assert(
      fc.property(arrivals(verdicts), (sequence) => {
        let state: AlertState | undefined;
        for (const { report, now } of sequence) {
          state = decideAlert(state, report, makeAlerts(), now).state;
          const again = decideAlert(state, report, makeAlerts(), now);
          expect(again.deliveries).toEqual([]);
          expect(again.state).toBe(state);
        }
      }),
      { numRuns: 200 },
    );
  });
});
