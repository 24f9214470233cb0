import { error, type Finding, warning } from './finding.ts';
import { nearestName } from './nearest-name.ts';
import type { Plan } from './plan.ts';

const unknownChannel = (path: PropertyKey[], name: string, names: string[]): Finding => {
  const near = nearestName(name, names);
  const hint =
    near === undefined ? `channels are: ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
  return error(path, `no channel is named "${name}"; ${hint}`);
};

const route = ({ alerts }: Plan, severity: string, names: string[]): Finding[] =>
  names.flatMap((name, index): Finding[] => {
    const path = ['alerts', 'routes', severity, index];
    const channel = alerts.channels.find((candidate) => candidate.name === name);
    if (channel === undefined) {
      const others = alerts.channels.filter(({ kind }) => kind !== 'statuspage');
      return [
        unknownChannel(
          path,
          name,
          others.map((other) => other.name),
        ),
      ];
    }
    if (channel.kind === 'statuspage') {
      return [error(path, `"${name}" is a status page; alerts are not routed there`)];
    }
    return names.indexOf(name) < index ? [error(path, `"${name}" stands here twice`)] : [];
  });

const untold = ({ alerts }: Plan): Finding[] =>
  Object.entries(alerts.routes)
    .filter(([, names]) => names.length === 0)
    .map(([severity]) =>
      warning(
        ['alerts', 'routes', severity],
        `no channel is told of anything that is ${severity === 'warning' ? 'a warning' : severity}`,
      ),
    );

const unused = ({ alerts }: Plan): Finding[] => {
  const used = new Set(Object.values(alerts.routes).flat());
  return alerts.channels
    .filter(({ kind, name }) => kind !== 'statuspage' && !used.has(name))
    .map(({ name }) => warning(['alerts', 'channels', name], 'no route leads to this channel'));
};

/** Routes lead to channels that exist, and somebody is told. */
export const checkRoutes = (plan: Plan): Finding[] => [
  ...Object.entries(plan.alerts.routes).flatMap(([severity, names]) =>
    route(plan, severity, names),
  ),
  ...untold(plan),
  ...unused(plan),
];
