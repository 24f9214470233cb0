import type { AlertPolicy } from '../../shared/plan/plan.ts';
import { type Incident, severityOf } from './alert-state.ts';

/** One channel to tell. */
export type Delivery = {
  channel: string;
  action: 'open' | 'repeat' | 'escalate' | 'resolve';
  dedupKey: string;
  /** On `resolve`: every key under which the channel was told. */
  closes: string[];
};

type Channels = Pick<AlertPolicy, 'channels'>;

/** A status page is told by people, never by an alert. */
const canBeTold = ({ channels }: Channels, name: string): boolean =>
  channels.some((channel) => channel.name === name && channel.kind !== 'statuspage');

/** The channels that the plan names for a severity, each once. */
export const routeFor = (alerts: AlertPolicy, severity: 'critical' | 'warning'): string[] => [
  ...new Set(alerts.routes[severity].filter((name) => canBeTold(alerts, name))),
];

/** The key of the incident as bad as it is now. */
const currentKey = ({ key, escalations }: Incident): string =>
  escalations === 0 ? key : `${key}/${escalations}`;

/**
 * Tells channels that the incident is firing, and remembers whom. A channel that hears of it for the
 * first time gets `open`, whatever the others get.
 */
export const tellFiring = (
  incident: Incident,
  channels: string[],
  now: Date,
): { incident: Incident; deliveries: Delivery[] } => {
  const dedupKey = currentKey(incident);
  const keysOf = (channel: string): string[] =>
    incident.told.find((known) => known.channel === channel)?.keys ?? [];
  const deliveries = channels.map((channel): Delivery => {
    const keys = keysOf(channel);
    const action =
      keys.length === 0 ? 'open' : keys.includes(dedupKey) ? 'repeat' : ('escalate' as const);
    return { channel, action, dedupKey, closes: [] };
  });
  const others = incident.told.filter(({ channel }) => !channels.includes(channel));
  const told = channels.map((channel) => ({
    channel,
    keys: [...new Set([...keysOf(channel), dedupKey])],
  }));
  const toldAt = { ...incident.toldAt, [incident.level]: now.toISOString() };
  return { incident: { ...incident, told: [...others, ...told], toldAt }, deliveries };
};

/**
 * Tells everybody who was told that it is firing that it is over, whatever the routes say by now. A
 * channel that the plan no longer has cannot be told anything.
 */
export const tellResolved = ({ told }: Incident, alerts: Channels): Delivery[] =>
  told
    .filter(({ channel }) => canBeTold(alerts, channel))
    .map(({ channel, keys }) => ({
      channel,
      action: 'resolve',
      dedupKey: keys.at(-1) ?? '',
      closes: keys,
    }));

/** How bad it was at its worst, of what anybody was told. */
export const worstTold = ({ level, toldAt }: Incident): 'critical' | 'warning' =>
  toldAt.critical === undefined ? severityOf(level) : 'critical';
