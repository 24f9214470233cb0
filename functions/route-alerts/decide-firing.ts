import type { AlertPolicy } from '../../shared/plan/plan.ts';
import type { Decision } from './alert-decision.ts';
import type { AlertReport } from './alert-report.ts';
import {
  type AlertState,
  type Incident,
  LEVEL_RANK,
  type Level,
  levelSchema,
  severityOf,
} from './alert-state.ts';
import { routeFor, tellFiring } from './decide-recipients.ts';
import { describeFiring } from './describe-alert.ts';

type Circumstances = { level: Level; alerts: AlertPolicy; now: Date };

/** Beyond this an incident that goes up and down for days keeps its newest key. */
const MAX_ESCALATIONS = 40;

const newIncident = ({ alertId, observedAt }: AlertReport, level: Level): Incident => ({
  key: `lifeboat/${alertId}/${observedAt.replaceAll(/[-:.]/g, '')}`,
  openedAt: observedAt,
  level,
  escalations: 0,
  title: '',
  toldAt: {},
  told: [],
});

/** When somebody was last told of something at least as bad, in milliseconds. */
const lastTold = ({ toldAt }: Incident, level: Level): number | undefined => {
  const times = levelSchema.options
    .filter((known) => LEVEL_RANK[known] >= LEVEL_RANK[level])
    .flatMap((known) => toldAt[known] ?? []);
  return times.length === 0 ? undefined : Math.max(...times.map((time) => Date.parse(time)));
};

const isTooSoon = (incident: Incident, { level, alerts, now }: Circumstances): boolean => {
  const told = lastTold(incident, level);
  if (told === undefined) return false;
  return now.getTime() - told < alerts.repeatSeconds[severityOf(level)] * 1_000;
};

/**
 * A report says that an alert is firing at a level. Opens it, tells it again when the interval of its
 * severity is over, and tells at once what got worse than anybody knows, under a new key.
 */
export const decideFiring = (
  seen: AlertState,
  report: AlertReport,
  circumstances: Circumstances,
): Decision => {
  const { level, alerts, now } = circumstances;
  const before = seen.incident ?? newIncident(report, level);
  const raised = LEVEL_RANK[level] > LEVEL_RANK[before.level];
  const quiet = (reason: Decision['reason']): Decision => ({
    reason,
    state: { ...seen, incident: { ...before, level } },
    deliveries: [],
  });

  if (LEVEL_RANK[level] < LEVEL_RANK[before.level]) return quiet('downgraded');
  const channels = routeFor(alerts, severityOf(level));
  if (channels.length === 0) return quiet('not-routed');
  if (isTooSoon(before, circumstances)) return quiet('too-soon-to-repeat');

  const isFirst = before.told.length === 0;
  const step = raised && !isFirst && before.escalations < MAX_ESCALATIONS ? 1 : 0;
  const escalations = before.escalations + step;
  const { title } = describeFiring(report, before);
  const { incident, deliveries } = tellFiring(
    { ...before, level, escalations, title },
    channels,
    now,
  );
  const reason = isFirst ? 'opened' : raised ? 'escalated' : 'repeated';
  return { reason, state: { ...seen, incident }, deliveries };
};
