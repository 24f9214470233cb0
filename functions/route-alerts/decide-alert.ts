import type { AlertPolicy } from '../../shared/plan/plan.ts';
import type { Decision } from './alert-decision.ts';
import type { AlertReport } from './alert-report.ts';
import type { AlertState } from './alert-state.ts';
import { decideFiring } from './decide-firing.ts';
import { tellResolved } from './decide-recipients.ts';

/**
 * Nobody is woken for what there is nothing to see of: the plan says that no check can look there, it is not
 * due yet, or there is no backup at all, which the report on its age says already.
 */
const NOTHING_TO_SEE = new Set([
  'not-observable',
  'not-due-yet',
  'nothing-seen',
  'nothing-to-copy',
]);

const weigh = ({ verdict, severity }: AlertReport): number =>
  verdict === 'pass' ? 0 : verdict === 'unknown' ? 1 : severity === 'warning' ? 2 : 3;

/**
 * Queues deliver twice and in any order. Only what is newer than everything so far counts, or worse at
 * the same moment; so the order of arrival makes no difference to where it ends.
 */
const decideOrder = (
  state: AlertState | undefined,
  report: AlertReport,
): 'duplicate' | 'out-of-order' | undefined => {
  if (state === undefined || state.observedAt < report.observedAt) return undefined;
  if (state.eventId === report.eventId) return 'duplicate';
  const worse = state.observedAt === report.observedAt && state.weight < weigh(report);
  return worse ? undefined : 'out-of-order';
};

/**
 * What one report means for its alert: the next state, who is told what, and the reason by name. Pure;
 * deciding twice on the same state gives the same answer.
 *
 * The order of reports is that of their observation; how often somebody is told goes by `now`, so that
 * a backlog which arrives all at once is not a salvo.
 */
export const decideAlert = (
  state: AlertState | undefined,
  report: AlertReport,
  alerts: AlertPolicy,
  now: Date,
): Decision => {
  const late = decideOrder(state, report);
  if (late !== undefined && state !== undefined) return { reason: late, state, deliveries: [] };
  const { observedAt, eventId } = report;
  const seen = { observedAt, eventId, weight: weigh(report), incident: state?.incident };
  switch (report.verdict) {
    case 'pass':
      return decidePass(seen, alerts);
    case 'fail':
      return decideFiring(seen, report, { level: report.severity ?? 'critical', alerts, now });
    case 'unknown':
      return decideUnknown({ ...seen, unknownSince: state?.unknownSince }, report, alerts, now);
  }
};

const decidePass = ({ incident, ...seen }: AlertState, alerts: AlertPolicy): Decision =>
  incident === undefined
    ? { reason: 'still-healthy', state: seen, deliveries: [] }
    : { reason: 'resolved', state: seen, deliveries: tellResolved(incident, alerts) };

/** Missing data closes nothing and lowers nothing; only after a while is it an alert of its own. */
const decideUnknown = (
  { unknownSince, ...seen }: AlertState,
  report: AlertReport,
  alerts: AlertPolicy,
  now: Date,
): Decision => {
  if (NOTHING_TO_SEE.has(report.reason)) {
    return { reason: 'not-observable', state: seen, deliveries: [] };
  }
  const since = unknownSince ?? report.observedAt;
  const state = { ...seen, unknownSince: since };
  const { incident } = state;
  if (incident !== undefined) {
    const decision = decideFiring(state, report, { level: incident.level, alerts, now });
    return decision.reason === 'too-soon-to-repeat'
      ? { ...decision, reason: 'could-not-look' }
      : decision;
  }
  const blindSeconds = (Date.parse(report.observedAt) - Date.parse(since)) / 1_000;
  if (blindSeconds < alerts.unknownAfterSeconds) {
    return { reason: 'could-not-look', state, deliveries: [] };
  }
  const decision = decideFiring(state, report, { level: 'unchecked', alerts, now });
  return decision.reason === 'opened' ? { ...decision, reason: 'unknown-too-long' } : decision;
};
