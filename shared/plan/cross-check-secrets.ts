import { error, type Finding, warning } from './finding.ts';
import type { AlertChannel, Plan } from './plan.ts';
import type { SecretReference } from './secret-reference.ts';
import { secretsOfLayer } from './secrets-of-layer.ts';

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

/** The password of somebody's database is in a plan for the cloud on this machine alone. */
const databases = ({ webhooks }: Plan, stage: string): Finding[] =>
  webhooks.flatMap(({ name, duplicates }) =>
    duplicates?.database.from !== 'literal'
      ? []
      : [
          (stage === 'local' ? warning : error)(
            ['webhooks', name, 'duplicates', 'database'],
            'must be ${ssm:/path} or ${secret:name}: with its password it does not belong into a plan (--stage local takes it)',
          ),
        ],
  );

/** Secrets that stand in the plan itself are allowed, for trying things out, and told. */
export const checkSecrets = (plan: Plan, stage: string): Finding[] => {
  const { backups, alerts } = plan;
  const passphrases = backups.flatMap((backup) =>
    backup.store !== 's3'
      ? []
      : (backup.encoding ?? []).flatMap((layer, index) =>
          secretsOfLayer(layer).flatMap(([field, secret]) =>
            secret.from === 'literal' ? [['backups', backup.name, 'encoding', index, field]] : [],
          ),
        ),
  );
  const channels = alerts.channels.flatMap((channel) => {
    const [field, secret] = secretField(channel) ?? [];
    return field && secret?.from === 'literal' ? [['alerts', 'channels', channel.name, field]] : [];
  });
  const told = [...passphrases, ...channels].map((path) =>
    warning(
      path,
      'stands in the plan itself; keep it in SSM or Secrets Manager and write ${ssm:/path} or ${secret:name}',
    ),
  );
  return [...told, ...databases(plan, stage)];
};
