import type { Complaint } from './describe-issue.ts';
import { formatLocation } from './location.ts';
import { nearestName } from './nearest-name.ts';
import type { AlertChannel, Plan, StoredBackup } from './plan.ts';
import type { SecretReference } from './secret-reference.ts';

export type Finding = Complaint & { level: 'error' | 'warning' };

const routes = ({ alerts }: Plan): Finding[] => {
  const names = alerts.channels.map((channel) => channel.name);
  return Object.entries(alerts.routes).flatMap(([severity, route]) =>
    route.flatMap((name, index): Finding[] => {
      const path = ['alerts', 'routes', severity, index];
      const channel = alerts.channels.find((candidate) => candidate.name === name);
      if (channel?.kind === 'statuspage') {
        return [
          {
            path,
            level: 'error',
            message: `"${name}" is a status page; alerts are not routed there`,
          },
        ];
      }
      if (channel !== undefined) return [];
      const near = nearestName(name, names);
      const hint =
        near === undefined
          ? `; channels are: ${names.join(', ') || 'none'}`
          : `; did you mean "${near}"?`;
      return [{ path, level: 'error', message: `no channel is named "${name}"${hint}` }];
    }),
  );
};

const place = (backup: StoredBackup): string =>
  `${formatLocation(backup.location)}${backup.match ?? ''}`;

const locations = ({ backups }: Plan): Finding[] => {
  const stored = backups.filter((backup) => backup.store === 's3');
  const twice = stored.flatMap((backup, index): Finding[] => {
    const earlier = stored.slice(0, index).find((other) => place(other) === place(backup));
    return earlier === undefined
      ? []
      : [
          {
            path: ['backups', backup.name, 'location'],
            level: 'error',
            message: `is also the location of "${earlier.name}"; tell the two apart with match`,
          },
        ];
  });
  const copiesOfThemselves = stored.flatMap((backup) =>
    backup.copies.flatMap((copy, index): Finding[] =>
      formatLocation(copy.location) === formatLocation(backup.location)
        ? [
            {
              path: ['backups', backup.name, 'copies', index],
              level: 'error',
              message: 'is the location itself; a copy must be somewhere else',
            },
          ]
        : [],
    ),
  );
  return [...twice, ...copiesOfThemselves];
};

const kinds = ({ backups }: Plan): Finding[] =>
  backups.flatMap((backup): Finding[] =>
    backup.store === 's3' && backup.kind !== 'wal' && backup.segmentSizeBytes !== undefined
      ? [
          {
            path: ['backups', backup.name, 'segment-size'],
            level: 'error',
            message: `belongs to a backup of kind wal, not ${backup.kind}`,
          },
        ]
      : [],
  );

/** The secret-bearing field of a channel, where it has one. */
const secretField = (channel: AlertChannel): [string, SecretReference] | undefined => {
  switch (channel.kind) {
    case 'slack':
      return ['webhook', channel.webhook];
    case 'pagerduty':
      return ['routing-key', channel.routingKey];
    case 'webhook':
      return ['secret', channel.secret];
    case 'statuspage':
      return ['token', channel.token];
    case 'email':
      return undefined;
  }
};

const literalSecrets = ({ backups, alerts }: Plan): Finding[] => {
  const passphrases = backups.flatMap((backup) =>
    backup.store !== 's3'
      ? []
      : (backup.encoding ?? []).flatMap((layer, index) =>
          layer.name === 'openssl' && layer.passphrase.from === 'literal'
            ? [['backups', backup.name, 'encoding', index, 'passphrase']]
            : [],
        ),
  );
  const channels = alerts.channels.flatMap((channel) => {
    const [field, secret] = secretField(channel) ?? [];
    return field && secret?.from === 'literal' ? [['alerts', 'channels', channel.name, field]] : [];
  });
  return [...passphrases, ...channels].map((path) => ({
    path,
    level: 'warning',
    message:
      'stands in the plan itself; keep it in SSM or Secrets Manager and write ${ssm:/path} or ${secret:name}',
  }));
};

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/;

/** Plain HTTP is for the cloud on this machine alone. */
const addresses = ({ alerts, webhooks }: Plan, stage: string): Finding[] => {
  const check = (path: PropertyKey[], url: string): Finding[] => {
    if (url.startsWith('https://') || (stage === 'local' && LOOPBACK.test(url))) return [];
    const local =
      stage === 'local'
        ? ', or http on 127.0.0.1'
        : ` (http on 127.0.0.1 is for --stage local alone)`;
    return [{ path, level: 'error', message: `must be an https URL${local}` }];
  };
  const channels = alerts.channels.flatMap((channel) => {
    const at = (field: string) => ['alerts', 'channels', channel.name, field];
    if (channel.kind === 'slack' && channel.webhook.from === 'literal') {
      return check(at('webhook'), channel.webhook.value);
    }
    if (channel.kind === 'webhook' && channel.url.from === 'literal') {
      return check(at('url'), channel.url.value);
    }
    return channel.kind === 'pagerduty' ? check(at('url'), channel.url) : [];
  });
  return [
    ...channels,
    ...webhooks.flatMap(({ name, endpoint }) => check(['webhooks', name, 'endpoint'], endpoint)),
  ];
};

/** What no single field can know: references between parts, and what the stage allows. */
export const crossCheck = (plan: Plan, stage: string): Finding[] => [
  ...routes(plan),
  ...locations(plan),
  ...kinds(plan),
  ...addresses(plan, stage),
  ...literalSecrets(plan),
];
