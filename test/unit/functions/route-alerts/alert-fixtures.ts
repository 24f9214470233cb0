import type { AlertReport } from '../../../../functions/route-alerts/alert-report.ts';
import type { AlertState } from '../../../../functions/route-alerts/alert-state.ts';
import { decideAlert } from '../../../../functions/route-alerts/decide-alert.ts';
import type { AlertPolicy } from '../../../../shared/plan/plan.ts';

const START = Date.parse('2026-03-02T02:00:00.000Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const at = (ms: number): Date => new Date(START + ms);

const literal = { from: 'literal', value: 'https://example.com/hook' } as const;

/** E-mail and Slack hear of everything, PagerDuty of what is critical; the plan of MailBlast. */
export const makeAlerts = (changes: Partial<AlertPolicy> = {}): AlertPolicy => ({
  channels: [
    { name: 'email', kind: 'email', via: 'sns', to: ['ops@example.com'] },
    { name: 'slack', kind: 'slack', webhook: literal },
    { name: 'pagerduty', kind: 'pagerduty', routingKey: literal, url: 'https://example.com/pd' },
    { name: 'status', kind: 'statuspage', page: 'p', token: literal },
  ],
  routes: { critical: ['email', 'slack', 'pagerduty'], warning: ['email', 'slack'] },
  repeatSeconds: { critical: 3_600, warning: 86_400 },
  unknownAfterSeconds: 3_600,
  ...changes,
});

let events = 0;

export const makeReport = (ms: number, changes: Partial<AlertReport> = {}): AlertReport => {
  events += 1;
  return {
    alertId: '5f1c0a9be2d34c77',
    eventId: `event-${events}`,
    plan: 'mailblast',
    check: 'wal-freshness',
    subject: { kind: 'backup', id: 'wal', region: 'us-east-1' },
    verdict: 'pass',
    reason: 'fresh',
    summary: 'wal: the newest segment is 3m old',
    action: 'Look at the log of archive_command.',
    evidence: ['s3://backups/mailblast/db/wal/'],
    observedAt: at(ms).toISOString(),
    ...changes,
  };
};

export const passing = (ms: number): AlertReport => makeReport(ms);

export const failing = (
  ms: number,
  severity: 'critical' | 'warning' = 'critical',
  changes: Partial<AlertReport> = {},
): AlertReport =>
  makeReport(ms, {
    verdict: 'fail',
    reason: 'stale',
    severity,
    summary: `wal: the newest segment is ${ms / MINUTE}m old`,
    ...changes,
  });

export const blind = (ms: number, reason = 'access-denied'): AlertReport =>
  makeReport(ms, { verdict: 'unknown', reason, summary: 'wal: could not be listed' });

/** Decides about reports one after another, each at the moment of its observation. */
export const replay = (
  reports: AlertReport[],
  alerts: AlertPolicy = makeAlerts(),
  state?: AlertState,
) => {
  let known = state;
  return reports.map((report) => {
    const decision = decideAlert(known, report, alerts, new Date(report.observedAt));
    known = decision.state;
    return decision;
  });
};

/** Decisions as `reason channel:action…`, which is short to compare. */
export const told = (decisions: ReturnType<typeof replay>): string[] =>
  decisions.map(({ reason, deliveries }) =>
    [reason, ...deliveries.map(({ channel, action }) => `${channel}:${action}`)].join(' '),
  );
