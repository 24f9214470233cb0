import { describe, expect, it } from 'vitest';
import { readPlan } from '../../../support/plan-text.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

const backup = (fields: string) =>
  readPlan(`plan: test\nbackups: { b: { ${fields} } }`).plan.backups[0];
const files = (fields: string) => backup(`kind: files, location: "s3://bucket/a", ${fields}`);
const channel = (text: string) =>
  readPlan(`plan: test\nalerts: { channels: { c: ${text} } }`).plan.alerts.channels[0];

describe('compilePlan on a backup in S3', () => {
  it('fills in what is not written', () => {
    expect(files('')).toEqual({
      name: 'b',
      store: 's3',
      kind: 'files',
      location: { bucket: 'bucket', prefix: 'a/' },
      schedule: { text: 'on-demand', trigger: 'on-demand' },
      severity: 'critical',
      covers: [],
      controls: [],
      encryptedAtRest: false,
      copies: [],
      versioning: false,
      rereadSeconds: 30 * DAY,
      shrinkWarningPercent: 50,
    });
  });

  it('takes over what is written, in seconds and bytes', () => {
    const text =
      'kind: wal, location: "s3://bucket/", match: "*.gz", segment-size: 1GB, storage-class: GLACIER, ' +
      'copies: ["s3://dr-site/a", { location: "s3://dr-site/b/", within: 1h }], replication: "s3://rep/", ' +
      'lifecycle: { expire-after: 30d, noncurrent-expire-after: 90d }, versioning: true, ' +
      'encrypted-at-rest: aws:kms, encoding: [gzip, { openssl: aes-128-cbc, passphrase: "${secret:k}" }], ' +
      'covers: [events], controls: ["SOC2:A1.2"], severity: warning, reread: 7d, shrink-warning: 20';
    expect(backup(text)).toMatchObject({
      location: { bucket: 'bucket', prefix: '' },
      match: '*.gz',
      segmentSizeBytes: 1024 ** 3,
      storageClass: 'GLACIER',
      copies: [
        { location: { bucket: 'dr-site', prefix: 'a/' }, withinSeconds: undefined },
        { location: { bucket: 'dr-site', prefix: 'b/' }, withinSeconds: HOUR },
      ],
      replication: { bucket: 'rep', prefix: '' },
      lifecycle: { expireAfterSeconds: 30 * DAY, noncurrentExpireAfterSeconds: 90 * DAY },
      versioning: true,
      encryptedAtRest: 'aws:kms',
      encoding: [
        { name: 'gzip' },
        {
          name: 'openssl',
          cipher: 'aes-128-cbc',
          passphrase: { from: 'secretsmanager', name: 'k' },
        },
      ],
      covers: ['events'],
      controls: ['SOC2:A1.2'],
      severity: 'warning',
      rereadSeconds: 7 * DAY,
      shrinkWarningPercent: 20,
    });
  });

  it('knows what age and gpg take', () => {
    const layers =
      '[zstd, { age: "${ssm:/age}" }, { gpg: "${secret:g}", passphrase: "${ssm:/p}" }]';
    expect(backup(`kind: files, location: "s3://bucket/", encoding: ${layers}`)).toMatchObject({
      encoding: [
        { name: 'zstd' },
        { name: 'age', key: { from: 'ssm', name: '/age' } },
        {
          name: 'gpg',
          key: { from: 'secretsmanager', name: 'g' },
          passphrase: { from: 'ssm', name: '/p' },
        },
      ],
    });
  });
});

describe('compilePlan on what a dump holds', () => {
  it('takes over what is written', () => {
    const text =
      'kind: pg-dump, location: "s3://bucket/", database: shop, contains: data, ignore-tables: ["*.log"], ' +
      'restore-to: { postgres: 15, extensions: [hstore], roles: [app] }';
    expect(backup(text)).toMatchObject({
      database: 'shop',
      contains: 'data',
      ignoreTables: ['*.log'],
      restoreTo: { postgres: 15, extensions: ['hstore'], roles: ['app'] },
    });
  });
});

describe('compilePlan on freshness', () => {
  it.each([
    ['daily 02:00 UTC', 26 * HOUR],
    ['hourly', 65 * 60],
    ['every 15m', 17 * 60],
    ['weekly', 182 * HOUR],
  ])('derives it from %s, a twelfth late, in whole minutes', (schedule, withinSeconds) => {
    expect(files(`schedule: ${schedule}, severity: warning`)?.fresh).toEqual({
      withinSeconds,
      severity: 'warning',
      stated: false,
    });
  });

  it('takes what is stated', () => {
    const fields = 'schedule: daily, fresh: { within: 30h, critical-after: 2d }';
    expect(files(fields)?.fresh).toEqual({
      withinSeconds: 30 * HOUR,
      severity: 'warning',
      criticalAfterSeconds: 2 * DAY,
      stated: true,
    });
  });

  it.each(['on-demand', 'on-change', 'continuous'])('has none to derive from %s', (schedule) => {
    expect(files(`schedule: ${schedule}`)?.fresh).toBeUndefined();
  });
});

describe('compilePlan on retention', () => {
  it.each([
    ['30d', { kind: 'age', seconds: 30 * DAY }],
    ['forever', { kind: 'forever' }],
    [
      '{ daily: 30d, monthly: 1y }',
      { kind: 'generations', dailySeconds: 30 * DAY, monthlySeconds: 365 * DAY },
    ],
  ])('reads %s', (text, retain) => {
    expect(files(`retain: ${text}`)?.retain).toEqual(retain);
  });
});

describe('compilePlan on what is not in S3', () => {
  it('reads snapshots', () => {
    expect(backup('kind: rds-snapshot, source: prod-1, copies: [us-west-2]')).toMatchObject({
      store: 'snapshots',
      kind: 'rds-snapshot',
      source: 'prod-1',
      encryptedAtRest: false,
      copyRegions: ['us-west-2'],
    });
    expect(backup('kind: ebs-snapshot, source: "tag:a/b=c=d"')).toMatchObject({
      source: 'tag:a/b=c=d',
    });
  });

  it('reads what is held elsewhere', () => {
    expect(backup('kind: external, held-in: Git')).toMatchObject({
      store: 'external',
      heldIn: 'Git',
    });
  });
});

describe('compilePlan on webhooks', () => {
  const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:t';
  const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/t-dlq';
  const webhook = (fields: string) =>
    readPlan(
      `plan: test\nwebhooks: { w: { topic: "${TOPIC}", endpoint: "https://a.example/", ${fields} } }`,
    ).plan.webhooks[0];

  it('is strict, heals nothing, and is critical where lost, a warning where dead letters wait', () => {
    expect(webhook(`dead-letters: { queue: "${QUEUE}", alarm-above: 5 }`)).toEqual({
      name: 'w',
      topic: TOPIC,
      endpoint: 'https://a.example/',
      severity: 'critical',
      heal: false,
      receiver: 'strict',
      rawDelivery: false,
      subscribers: [],
      deadLetters: {
        queue: QUEUE,
        arn: 'arn:aws:sqs:eu-west-1:123456789012:t-dlq',
        alarmAbove: 5,
        alarmBeforeExpirySeconds: 3 * DAY,
        replayTo: [],
        severity: 'warning',
      },
    });
  });

  it('says everything that the plan says', () => {
    const policy =
      '{ eventType: [Bounce, { prefix: Comp }], mail: { size: [{ numeric: [">", 0] }] } }';
    const fields = `heal: true, receiver: idempotent, raw-delivery: true, filter-policy: ${policy}, filter-policy-scope: MessageBody, subscribers: [ops@a.example], dead-letters: { queue: "${QUEUE}", alarm-older-than: 15m, alarm-before-expiry: 4d }`;
    expect(webhook(fields)).toMatchObject({
      heal: true,
      receiver: 'idempotent',
      rawDelivery: true,
      filterPolicy: {
        scope: 'MessageBody',
        policy: {
          eventType: ['Bounce', { prefix: 'Comp' }],
          mail: { size: [{ numeric: ['>', 0] }] },
        },
      },
      subscribers: ['ops@a.example'],
      deadLetters: { alarmOlderThanSeconds: 900, alarmBeforeExpirySeconds: 4 * DAY },
    });
  });
});

describe('compilePlan on channels', () => {
  const reference = { from: 'ssm', name: '/k' };

  it.each([
    ['[a@b.example]', { kind: 'email', via: 'sns', to: ['a@b.example'] }],
    [
      '{ to: [a@b.example], from: c@b.example }',
      { kind: 'email', via: 'ses', to: ['a@b.example'], from: 'c@b.example' },
    ],
    ['{ webhook: "${ssm:/k}" }', { kind: 'slack', webhook: reference }],
    [
      '{ routing-key: "${ssm:/k}" }',
      { kind: 'pagerduty', routingKey: reference, url: 'https://events.pagerduty.com/v2/enqueue' },
    ],
    [
      '{ routing-key: "${ssm:/k}", url: "https://p.example/" }',
      { kind: 'pagerduty', routingKey: reference, url: 'https://p.example/' },
    ],
    [
      '{ kind: webhook, url: "${ssm:/k}", secret: "${ssm:/k}" }',
      { kind: 'webhook', url: reference, secret: reference },
    ],
    ['{ page: p, token: "${ssm:/k}" }', { kind: 'statuspage', page: 'p', token: reference }],
  ])('reads %s', (text, expected) => {
    expect(channel(text)).toEqual({ name: 'c', ...expected });
  });
});

describe('compilePlan on alerts', () => {
  it('fills in repeats and patience', () => {
    expect(readPlan('plan: test').plan.alerts).toEqual({
      channels: [],
      routes: { critical: [], warning: [] },
      repeatSeconds: { critical: HOUR, warning: DAY },
      unknownAfterSeconds: HOUR,
    });
  });
});
