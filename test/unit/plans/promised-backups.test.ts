import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../shared/plan/duration.ts';
import { parseLocation } from '../../../shared/plan/location.ts';
import type { BackupPolicy, Plan, Retention } from '../../../shared/plan/plan.ts';
import { examplePlans, readPlan } from '../../support/plan-text.ts';

/**
 * What the five documents promise, row by row, written from their tables and text. `retain` is absent
 * where a document names none, and `where` too: then the plan chooses a place and says so.
 */
type Row = {
  name: string;
  kind: BackupPolicy['kind'];
  schedule: string;
  retain?: string | Record<string, string>;
  where?: string;
  match?: string;
  encrypted?: true | 'AES256' | 'openssl';
  more?: object;
};

const PROMISED: Record<string, Row[]> = {
  mailblast: [
    {
      name: 'database-full',
      kind: 'pg-dump',
      schedule: 'daily 02:00 UTC',
      retain: '30d',
      where: 's3://backups/mailblast/db/full/',
      encrypted: 'openssl',
      more: {
        storageClass: 'STANDARD_IA',
        fresh: { withinSeconds: 26 * 3_600, severity: 'warning' },
      },
    },
    {
      name: 'wal',
      kind: 'wal',
      schedule: 'every 15m',
      retain: '7d',
      where: 's3://backups/mailblast/db/wal/',
      encrypted: 'AES256',
      more: {
        fresh: { withinSeconds: 20 * 60, severity: 'warning', criticalAfterSeconds: 30 * 60 },
      },
    },
    {
      name: 'point-in-time',
      kind: 'base-backup',
      schedule: 'on-demand',
      retain: '7d',
      where: 's3://backups/mailblast/db/pitr/',
      encrypted: true,
    },
    {
      name: 'schema',
      kind: 'pg-dump',
      schedule: 'weekly',
      retain: '90d',
      where: 's3://backups/mailblast/db/schema/',
      encrypted: 'openssl',
    },
    { name: 'docker-images', kind: 'image', schedule: 'on-change', retain: '90d' },
    {
      name: 'docker-images-registry',
      kind: 'external',
      schedule: 'on-change',
      retain: '90d',
      where: 'registry',
    },
    {
      name: 'environment',
      kind: 'config',
      schedule: 'daily',
      retain: '90d',
      where: 's3://backups/mailblast/config/',
      match: 'env-backup-*.enc',
      encrypted: 'openssl',
    },
    {
      name: 'config-files',
      kind: 'config',
      schedule: 'on-change',
      retain: '90d',
      where: 's3://backups/mailblast/config/',
      more: { versioning: true },
    },
    {
      name: 'certificates',
      kind: 'certificate',
      schedule: 'monthly',
      retain: '1y',
      where: 's3://backups/mailblast/certs/',
    },
    {
      name: 'templates',
      kind: 'files',
      schedule: 'on-change',
      retain: '90d',
      where: 's3://backups/mailblast/templates/',
    },
    { name: 'email-queue', kind: 'external', schedule: 'every 5m', where: 'Redis' },
  ],
  apex: [
    {
      name: 'database-hourly',
      kind: 'pg-dump',
      schedule: 'hourly',
      where: 's3://apex-backups/database/',
    },
    { name: 'wal', kind: 'wal', schedule: 'continuous', where: 's3://apex-backups/wal/' },
    { name: 'database-base', kind: 'base-backup', schedule: 'daily 01:00 UTC' },
    { name: 'files', kind: 'external', schedule: 'continuous', where: 'MinIO' },
    { name: 'configuration', kind: 'external', schedule: 'on-change', where: 'Git' },
  ],
  company: [
    {
      name: 'database-full',
      kind: 'pg-dump',
      schedule: 'daily 02:00 UTC',
      retain: '30d',
      where: 's3://company-backups/',
      match: '*/database.dump',
      encrypted: 'AES256',
      more: { storageClass: 'STANDARD_IA' },
    },
    {
      name: 'database-incremental',
      kind: 'base-backup',
      schedule: 'hourly',
      retain: '7d',
      encrypted: 'AES256',
    },
    {
      name: 'database-transaction-logs',
      kind: 'wal',
      schedule: 'continuous',
      retain: '24h',
      encrypted: 'AES256',
    },
    {
      name: 'database-point-in-time',
      kind: 'rds-point-in-time',
      schedule: 'continuous',
      where: 'prod-database',
    },
    {
      name: 'application-state',
      kind: 'config',
      schedule: 'every 6h',
      retain: '14d',
      where: 's3://company-backups/',
      match: '*/k8s-resources.yaml',
      encrypted: 'AES256',
    },
    {
      name: 'application-state-secrets',
      kind: 'config',
      schedule: 'every 6h',
      retain: '14d',
      where: 's3://company-backups/',
      match: '*/k8s-secrets.yaml',
      encrypted: 'AES256',
    },
    {
      name: 'application-state-configmaps',
      kind: 'config',
      schedule: 'every 6h',
      retain: '14d',
      where: 's3://company-backups/',
      match: '*/k8s-configmaps.yaml',
      encrypted: 'AES256',
    },
    {
      name: 'configuration',
      kind: 'config',
      schedule: 'on-change',
      retain: '90d',
      where: 's3://company-backups/',
      match: '*/configs.tar.gz',
      encrypted: 'AES256',
    },
    {
      name: 'configuration-git',
      kind: 'external',
      schedule: 'on-change',
      retain: '90d',
      where: 'Git',
    },
    {
      name: 'user-uploads',
      kind: 'files',
      schedule: 'continuous',
      retain: 'forever',
      encrypted: 'AES256',
    },
    {
      name: 'logs',
      kind: 'files',
      schedule: 'daily',
      retain: '90d',
      encrypted: 'AES256',
      more: { storageClass: 'GLACIER' },
    },
  ],
  'optimal-build': [
    {
      name: 'database-full',
      kind: 'pg-dump',
      schedule: 'daily 02:00 UTC',
      retain: '30d',
      where: 's3://optimal-build-backups-prod/postgres/',
      match: 'backup-*.sql.gz',
      encrypted: true,
    },
    {
      name: 'database-point-in-time',
      kind: 'rds-point-in-time',
      schedule: 'every 5m',
      retain: '7d',
      where: 'optimal-build-prod',
      more: { covers: ['WAL archive'] },
    },
    {
      name: 'kubernetes-resources',
      kind: 'config',
      schedule: 'on-change',
      where: 's3://optimal-build-backups-prod/kubernetes/',
    },
    { name: 'persistent-volumes', kind: 'ebs-snapshot', schedule: 'daily', retain: '7d' },
    {
      name: 'persistent-volumes-critical',
      kind: 'ebs-snapshot',
      schedule: 'daily',
      retain: '7d',
      more: { copyRegions: ['us-west-2'] },
    },
    { name: 'helm-values', kind: 'external', schedule: 'on-change', where: 'Git' },
    { name: 'secrets', kind: 'external', schedule: 'on-change', where: 'Secrets Manager' },
    {
      name: 'tls-certificates',
      kind: 'external',
      schedule: 'on-change',
      where: 'Certificate Manager',
    },
    { name: 'dns-records', kind: 'external', schedule: 'on-change', where: 'Route 53' },
  ],
  saas: [
    {
      name: 'database-full',
      kind: 'pg-dump',
      schedule: 'daily 02:00 UTC',
      retain: { daily: '30d', weekly: '90d', monthly: '1y' },
      where: 's3://saas-backups/database/',
      match: 'backup_*.sql.gz',
    },
    {
      name: 'database-snapshots',
      kind: 'rds-snapshot',
      schedule: 'hourly',
      where: 'saas-production',
      more: { copyRegions: ['us-west-2'] },
    },
    {
      name: 'database-point-in-time',
      kind: 'rds-point-in-time',
      schedule: 'continuous',
      retain: '7d',
      where: 'saas-production',
    },
    {
      name: 'media',
      kind: 'files',
      schedule: 'continuous',
      where: 's3://saas-media-production/',
      more: { versioning: true, lifecycle: { noncurrentExpireAfterSeconds: 90 * 86_400 } },
    },
    { name: 'application-state', kind: 'external', schedule: 'continuous', where: 'Redis' },
    { name: 'environment', kind: 'external', schedule: 'on-change', where: '.env.production' },
    { name: 'infrastructure-code', kind: 'external', schedule: 'on-change', where: 'Git' },
  ],
};

const plans = new Map(
  examplePlans().map(({ text }) => {
    const { plan } = readPlan(text);
    return [plan.name, plan];
  }),
);

const planNamed = (name: string): Plan => {
  const plan = plans.get(name);
  if (plan === undefined) throw new Error(`there is no plan called ${name}`);
  return plan;
};

const retention = (retain: Row['retain']): Retention | undefined => {
  if (retain === undefined) return undefined;
  if (retain === 'forever') return { kind: 'forever' };
  if (typeof retain === 'string') return { kind: 'age', seconds: parseDuration(retain) ?? 0 };
  const [dailySeconds, weeklySeconds, monthlySeconds] = ['daily', 'weekly', 'monthly'].map((tier) =>
    parseDuration(retain[tier] ?? ''),
  );
  return { kind: 'generations', dailySeconds, weeklySeconds, monthlySeconds };
};

const expectPlace = (backup: BackupPolicy, where: string): void => {
  if (backup.store === 's3') expect(backup.location).toEqual(parseLocation(where));
  if (backup.store === 'snapshots') expect(backup.source).toBe(where);
  if (backup.store === 'external') expect(backup.heldIn).toContain(where);
};

const expectEncryption = (backup: BackupPolicy, encrypted: Row['encrypted']): void => {
  if (backup.store === 'external' || encrypted === undefined) return;
  const layers = backup.store === 's3' ? (backup.encoding ?? []) : [];
  if (encrypted === 'openssl') {
    expect(layers.at(-1)).toMatchObject({
      name: 'openssl',
      cipher: 'aes-256-cbc',
      passphrase: { from: 'ssm' },
    });
  } else {
    expect(layers.some(({ name }) => name === 'openssl')).toBe(false);
    expect(backup.encryptedAtRest).toBe(encrypted);
  }
};

const rows = Object.entries(PROMISED).flatMap(([document, promised]) =>
  promised.map((row) => ({ document, row, name: row.name })),
);

describe('the plans carry what the documents promise', () => {
  it.each(rows)('$document: $name', ({ document, row }) => {
    const backup = planNamed(document).backups.find(({ name }) => name === row.name);
    if (backup === undefined) throw new Error(`${document} has no backup called ${row.name}`);
    expect(backup).toMatchObject({ kind: row.kind, schedule: { text: row.schedule }, ...row.more });
    if (row.retain !== undefined) expect(backup.retain).toEqual(retention(row.retain));
    if (row.where !== undefined) expectPlace(backup, row.where);
    expect(backup.store === 's3' ? backup.match : undefined).toBe(row.match);
    expectEncryption(backup, row.encrypted);
  });

  it.each([...plans.values()])('$name promises nothing else', ({ name, backups }) => {
    const promised = PROMISED[name]?.map((row) => row.name) ?? [];
    expect(backups.map((backup) => backup.name).sort()).toEqual(promised.sort());
  });

  it.each([
    ['mailblast', 15 * 60, 30 * 60],
    ['apex', 15 * 60, 4 * 3_600],
    ['company', 3_600, 4 * 3_600],
    ['optimal-build', 3_600, 4 * 3_600],
    ['saas', 3_600, 4 * 3_600],
  ])('%s: objectives', (name, rpoSeconds, rtoSeconds) => {
    expect(planNamed(name).objectives).toEqual({ rpoSeconds, rtoSeconds });
  });

  it('mailblast: what is "included in DB backup" is named at the full dump', () => {
    expect(planNamed('mailblast').backups[0]?.covers).toEqual([
      'campaign metadata',
      'contact lists',
      'email content',
      'tracking events',
    ]);
  });

  it('company, saas: uploads and media are replicated', () => {
    const replicated = ['company', 'saas'].flatMap((name) =>
      planNamed(name).backups.filter((backup) => backup.store === 's3' && backup.replication),
    );
    expect(replicated.map(({ name }) => name)).toEqual(['user-uploads', 'media']);
  });

  it.each(['mailblast', 'apex', 'company', 'optimal-build', 'saas'])(
    '%s: the database has a copy in another place',
    (name) => {
      const [database] = planNamed(name).backups;
      expect(database?.store === 's3' && database.copies.length).toBe(1);
    },
  );
});

describe('the plans alert as the documents do', () => {
  it('mailblast: section 6', () => {
    const { alerts, webhooks } = planNamed('mailblast');
    expect(alerts.routes).toEqual({
      critical: ['email', 'slack', 'pagerduty'],
      warning: ['email', 'slack'],
    });
    expect(webhooks).toEqual([
      {
        name: 'ses-events',
        topic: 'arn:aws:sns:us-east-1:123456789012:mailblast-email-events',
        endpoint: 'https://mailblast.example.com/api/webhooks/sns',
        severity: 'critical',
        heal: true,
        receiver: 'strict',
        rawDelivery: false,
        subscribers: [],
        deadLetters: {
          queue: 'https://sqs.us-east-1.amazonaws.com/123456789012/mailblast-dlq',
          arn: 'arn:aws:sqs:us-east-1:123456789012:mailblast-dlq',
          alarmAbove: 100,
          alarmOlderThanSeconds: 900,
          alarmBeforeExpirySeconds: 259_200,
          replayTo: [],
          severity: 'warning',
        },
        duplicates: {
          database: { from: 'ssm', name: '/mailblast/receiver-database' },
          query: expect.stringMatching(/^SELECT .* FROM email_events\n.* > 1$/s),
          severity: 'warning',
        },
      },
    ]);
  });

  it.each([
    ['mailblast', ['email', 'slack', 'pagerduty', 'statuspage']],
    ['apex', ['slack', 'statuspage']],
    ['company', ['slack', 'email', 'statuspage']],
    ['optimal-build', ['pagerduty', 'slack', 'statuspage']],
    ['saas', ['pagerduty', 'email']],
  ])('%s: channels', (name, kinds) => {
    expect(planNamed(name).alerts.channels.map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('the plans are models to copy', () => {
  it.each(examplePlans())(
    '$file holds no secret, and warns only of what its comments explain',
    ({ file, text }) => {
      const warnings = readPlan(text).warnings.map(({ path }) => path);
      expect(warnings).toEqual(file === 'mailblast.yml' ? ['backups.wal'] : []);
      const secrets = text.matchAll(/(?:passphrase|webhook|routing-key|token|secret): (\S+)/g);
      for (const [, secret] of secrets) expect(secret).toMatch(/^"\$\{ssm:\/[\w/-]+\}"$/);
    },
  );

  it('stand in the folder of plans under the name they have', () => {
    for (const name of plans.keys()) {
      const file = join(import.meta.dirname, '..', '..', '..', 'plans', `${name}.yml`);
      expect(readFileSync(file, 'utf8')).toContain(`\nplan: ${name}\n`);
    }
  });
});
