import { describe, expect, it } from 'vitest';
import { printPlan } from '../../../plans/print-plan.ts';
import { examplePlans, readPlan } from '../../support/plan-text.ts';

const print = (text: string, stage = 'prod'): string => printPlan(readPlan(text).plan, stage);

/** The line that begins with a name, its columns apart. */
const line = (printed: string, name: string): string[] =>
  printed
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name} `))
    ?.split(/ {2,}/) ?? [];

describe('printPlan', () => {
  it.each(examplePlans())('names every backup, webhook and channel of $file', ({ text }) => {
    const { plan } = readPlan(text);
    const printed = printPlan(plan, 'prod');
    for (const { name, kind, schedule } of plan.backups) {
      expect(line(printed, name)).toContain(kind);
      expect(line(printed, name)).toContain(schedule.text);
    }
    for (const { name, kind } of plan.alerts.channels) expect(line(printed, name)).toContain(kind);
    for (const { name, topic } of plan.webhooks) expect(line(printed, name)).toContain(topic);
    expect(printed).toContain(plan.digest);
  });

  it('names what is acknowledged as lost', () => {
    const text = `plan: test
backups:
  wal: { kind: wal, location: "s3://bucket/wal/", acknowledged: [{ segments: "0000000100000000000000A7", owner: ops, reason: disk, until: 2027-01-31 }] }`;
    expect(print(text)).toContain('lost 0000000100000000000000A7');
    expect(print(text)).toContain('acknowledged by ops until 2027-01-31');
  });

  it('says how long a copy may take where the plan does not', () => {
    const text = `plan: test
backups:
  db: { kind: files, location: "s3://bucket/db/", copies: ["s3://dr-site/db/"] }`;
    expect(print(text)).toContain('s3://dr-site/db/ within 15m');
    expect(print(text, 'local')).not.toContain('within');
  });

  it('says of a backup where, when, how fresh, how long, how encrypted and where copied', () => {
    const printed = print(`plan: test
objectives: { rpo: 15m, rto: 4h }
backups:
  db:
    kind: pg-dump
    location: s3://bucket/db/
    match: "*.gz"
    schedule: daily 02:00 UTC
    fresh: { within: 26h, critical-after: 2d }
    retain: { daily: 30d, monthly: 1y }
    encoding: [gzip, { openssl: aes-256-cbc, passphrase: hunter2 }]
    encrypted-at-rest: aws:kms
    versioning: true
    lifecycle: { expire-after: 2y, noncurrent-expire-after: 90d }
    storage-class: GLACIER_IR
    copies: [{ location: "s3://dr-site/db/", within: 1h }]
    replication: s3://replica/
    covers: [campaigns]`);
    for (const text of [
      ...[
        'RPO 15m, RTO 4h',
        's3://bucket/db/*.gz',
        'daily 02:00 UTC',
        '26h warning',
        '2d critical',
      ],
      ...['daily 30d', 'monthly 1y', 'openssl aes-256-cbc', 'at rest aws:kms', 'versioned'],
      ...['expires 2y', 'old versions 90d', 'class GLACIER_IR', 's3://dr-site/db/ within 1h'],
      ...['replicated to s3://replica/', '+ campaigns'],
    ]) {
      expect(printed).toContain(text);
    }
    expect(printed).not.toContain('hunter2');
  });

  it('marks a freshness that follows from the schedule', () => {
    const printed = print(
      'plan: t\nbackups: { a: { kind: external, held-in: Git, schedule: daily } }',
    );
    expect(printed).toContain('~26h critical');
  });

  it('says who is told what, and where a secret is kept instead of the secret', () => {
    const printed = print(`plan: test
alerts:
  channels:
    slack: { webhook: "https://hooks.example.com/hunter2" }
    pager: { routing-key: "\${secret:pd}" }
    mail: { to: [a@b.example], from: c@b.example }
    spare: [d@b.example]
  routes: { critical: [slack, pager, mail], warning: [slack] }`);
    expect(line(printed, 'slack')).toEqual([
      'slack',
      'slack',
      'a value in the plan',
      'critical, warning',
    ]);
    expect(line(printed, 'pager')).toEqual(['pager', 'pagerduty', 'secretsmanager:pd', 'critical']);
    expect(line(printed, 'mail')).toEqual([
      'mail',
      'email',
      'a@b.example from c@b.example',
      'critical',
    ]);
    expect(line(printed, 'spare')).toEqual(['spare', 'email', 'd@b.example', '-']);
    expect(printed).not.toContain('hunter2');
  });

  it('says none of an empty part', () => {
    const printed = print('plan: test');
    expect(printed).toContain('no objectives');
    for (const part of ['backups', 'webhooks', 'alerts'])
      expect(printed).toContain(`${part}: none`);
  });
});
