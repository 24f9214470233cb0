import { copyAllowance } from '../shared/plan/copy-allowance.ts';
import { formatDuration } from '../shared/plan/duration.ts';
import { formatLocation } from '../shared/plan/location.ts';
import type {
  AcknowledgedLoss,
  AlertChannel,
  BackupPolicy,
  Freshness,
  Plan,
  Retention,
  WebhookPolicy,
} from '../shared/plan/plan.ts';
import { describeSecret } from '../shared/plan/secret-reference.ts';
import { formatTable, wrap } from './format-table.ts';

const NONE = '-';
const WIDEST_WORDS = 48;

const objectives = ({ objectives: { rpoSeconds, rtoSeconds } }: Plan): string =>
  [
    ...(rpoSeconds === undefined ? [] : [`RPO ${formatDuration(rpoSeconds)}`]),
    ...(rtoSeconds === undefined ? [] : [`RTO ${formatDuration(rtoSeconds)}`]),
  ].join(', ') || 'no objectives';

const fresh = (freshness: Freshness | undefined): string[] => {
  if (freshness === undefined) return [NONE];
  const { withinSeconds, severity, criticalAfterSeconds, stated } = freshness;
  const age = `${stated ? '' : '~'}${formatDuration(withinSeconds)} ${severity}`;
  return criticalAfterSeconds === undefined
    ? [age]
    : [age, `${formatDuration(criticalAfterSeconds)} critical`];
};

const retain = (retention: Retention | undefined): string[] => {
  if (retention === undefined) return [NONE];
  if (retention.kind === 'forever') return ['forever'];
  if (retention.kind === 'age') return [formatDuration(retention.seconds)];
  const { dailySeconds, weeklySeconds, monthlySeconds } = retention;
  const tiers = { daily: dailySeconds, weekly: weeklySeconds, monthly: monthlySeconds };
  return Object.entries(tiers).flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [`${name} ${formatDuration(seconds)}`],
  );
};

const acknowledged = ({ first, last, owner, until }: AcknowledgedLoss): string[] => [
  `lost ${first}`,
  ...(last === first ? [] : [`  to ${last}`]),
  `  acknowledged by ${owner} until ${until}`,
];

const where = (backup: BackupPolicy): string[] => {
  switch (backup.store) {
    case 's3':
      return [
        `${formatLocation(backup.location)}${backup.match ?? ''}`,
        ...(backup.versioning ? ['versioned'] : []),
        ...(backup.storageClass === undefined ? [] : [`class ${backup.storageClass}`]),
        ...(backup.lifecycle?.expireAfterSeconds === undefined
          ? []
          : [`expires ${formatDuration(backup.lifecycle.expireAfterSeconds)}`]),
        ...(backup.lifecycle?.noncurrentExpireAfterSeconds === undefined
          ? []
          : [`old versions ${formatDuration(backup.lifecycle.noncurrentExpireAfterSeconds)}`]),
        ...(backup.acknowledged ?? []).flatMap(acknowledged),
      ];
    case 'snapshots':
      return [backup.source];
    case 'external':
      return wrap(backup.heldIn, WIDEST_WORDS);
  }
};

const encryption = (backup: BackupPolicy): string[] => {
  if (backup.store === 'external') return [NONE];
  const layers = backup.store === 's3' ? (backup.encoding ?? []) : [];
  const before = layers.flatMap((layer) => {
    if (layer.name === 'openssl') return [`openssl ${layer.cipher}`];
    return layer.name === 'age' || layer.name === 'gpg' ? [layer.name] : [];
  });
  const atRest = backup.encryptedAtRest;
  const kind = atRest === true ? 'at rest' : `at rest ${atRest}`;
  const all = atRest === false ? before : [...before, kind];
  return all.length === 0 ? [NONE] : all;
};

const copies = (backup: BackupPolicy, stage: string): string[] => {
  if (backup.store === 'external') return [NONE];
  const all =
    backup.store === 'snapshots'
      ? backup.copyRegions
      : [
          ...backup.copies.map((copy) => {
            const seconds = copyAllowance(copy, stage);
            const place = formatLocation(copy.location);
            return seconds === 0 ? place : `${place} within ${formatDuration(seconds)}`;
          }),
          ...(backup.replication === undefined
            ? []
            : [`replicated to ${formatLocation(backup.replication)}`]),
        ];
  return all.length === 0 ? [NONE] : all;
};

const name = ({ name, covers = [] }: BackupPolicy): string[] => [
  name,
  ...covers.map((what) => `+ ${what}`),
];

const backupRow = (backup: BackupPolicy, stage: string): string[][] => [
  name(backup),
  [backup.kind],
  where(backup),
  [backup.schedule.text],
  fresh(backup.fresh),
  retain(backup.retain),
  encryption(backup),
  copies(backup, stage),
];

const subscribed = ({ heal, receiver, rawDelivery, filterPolicy }: WebhookPolicy): string[] => [
  heal ? 'subscribed again where lost' : 'only watched',
  `receiver ${receiver}`,
  ...(rawDelivery ? ['raw delivery'] : []),
  ...(filterPolicy === undefined ? [] : [`filter on ${filterPolicy.scope}`]),
];

const deadLetters = ({ deadLetters: policy }: WebhookPolicy): string[] => {
  if (policy === undefined) return ['none: what cannot be delivered is lost'];
  const { queue, alarmAbove, alarmOlderThanSeconds, alarmBeforeExpirySeconds, severity } = policy;
  const { replayTo } = policy;
  return [
    queue,
    `above ${alarmAbove}: ${severity}`,
    ...(alarmOlderThanSeconds === undefined
      ? []
      : [`older than ${formatDuration(alarmOlderThanSeconds)}: ${severity}`]),
    `${formatDuration(alarmBeforeExpirySeconds)} before expiry: ${severity}`,
    ...replayTo.map((target) => `or replay to ${target}`),
  ];
};

const duplicates = ({ duplicates: policy }: WebhookPolicy): string[] =>
  policy === undefined
    ? []
    : [`duplicates in ${describeSecret(policy.database)}: ${policy.severity}`];

const webhookRow = (webhook: WebhookPolicy): string[][] => [
  [webhook.name],
  [webhook.topic, ...webhook.subscribers.map((other) => `+ ${other}`)],
  [webhook.endpoint],
  [webhook.severity],
  [...subscribed(webhook), ...duplicates(webhook)],
  deadLetters(webhook),
];

/** Where a channel leads, with the places of its secrets and never their values. */
const target = (channel: AlertChannel): string => {
  switch (channel.kind) {
    case 'email':
      return channel.via === 'ses'
        ? `${channel.to.join(', ')} from ${channel.from}`
        : channel.to.join(', ');
    case 'slack':
      return describeSecret(channel.webhook);
    case 'pagerduty':
      return describeSecret(channel.routingKey);
    case 'webhook':
      return describeSecret(channel.url);
    case 'statuspage':
      return `page ${channel.page}`;
  }
};

const channelRow = ({ alerts }: Plan, channel: AlertChannel): string[][] => {
  const told = Object.entries(alerts.routes).flatMap(([severity, names]) =>
    names.includes(channel.name) ? [severity] : [],
  );
  return [[channel.name], [channel.kind], [target(channel)], [told.join(', ') || NONE]];
};

const section = (title: string, header: string[], rows: string[][][]): string[] =>
  rows.length === 0 ? [`${title}: none`, ''] : [title, ...formatTable(header, rows), ''];

/**
 * The whole plan as plain text, a table for each part, for people to compare with what they meant.
 *
 * @param stage what it is read for: some defaults differ.
 */
export const printPlan = (plan: Plan, stage: string): string =>
  [
    `plan ${plan.name}: ${objectives(plan)}`,
    `digest ${plan.digest}`,
    '',
    ...section(
      'backups',
      ['name', 'kind', 'where', 'schedule', 'fresh', 'retain', 'encryption', 'copies'],
      plan.backups.map((backup) => backupRow(backup, stage)),
    ),
    ...section(
      'webhooks',
      ['name', 'topic', 'endpoint', 'lost', 'subscription', 'dead letters'],
      plan.webhooks.map(webhookRow),
    ),
    ...section(
      'alerts',
      ['channel', 'kind', 'to', 'told'],
      plan.alerts.channels.map((channel) => channelRow(plan, channel)),
    ),
  ].join('\n');
