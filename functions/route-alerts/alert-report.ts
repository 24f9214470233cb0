import { createHash } from 'node:crypto';
import type { CheckReported } from '../../events/check-reported/v1.ts';

/** What the decision needs of a report: who it is about, when it was seen, and what was seen. */
export type AlertReport = {
  alertId: string;
  eventId: string;
  plan: string;
  check: string;
  subject: { kind: string; id: string; region: string };
  verdict: 'pass' | 'fail' | 'unknown';
  severity?: 'critical' | 'warning';
  reason: string;
  summary: string;
  action: string;
  evidence: string[];
  /** ISO 8601 in UTC with milliseconds, so that texts compare as times do. */
  observedAt: string;
};

/**
 * The identity of an alert: 16 hex digits over stage, plan, check and subject. Never the severity or the
 * reason, so that what gets worse, or fails in another way, stays one alert.
 */
const alertId = (
  stage: string,
  plan: string,
  check: string,
  { kind, id, region }: { kind: string; id: string; region: string },
): string =>
  createHash('sha256')
    .update(JSON.stringify([stage, plan, check, kind, id, region]))
    .digest('hex')
    .slice(0, 16);

/**
 * Takes a report apart. One that claims to be from the future counts as made now: taken at its word it
 * would make every later report look old, and the alert would stay silent until that day.
 */
export const readReport = (event: CheckReported, stage: string, now: Date): AlertReport => {
  const { check, subject, verdict, severity, reason, summary, action, evidence } = event.data;
  const { kind, id, region } = subject;
  const observed = Math.min(Date.parse(event.data.checkedAt), now.getTime());
  return {
    alertId: alertId(stage, event.plan, check, subject),
    eventId: event.id,
    plan: event.plan,
    check,
    subject: { kind, id, region },
    verdict,
    severity,
    reason,
    summary,
    action,
    evidence: evidence.map(({ uri }) => uri),
    observedAt: new Date(observed).toISOString(),
  };
};
