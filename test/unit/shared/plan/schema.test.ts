import { describe, expect, it } from 'vitest';
import { readPlan } from '../../../support/plan-text.ts';

/** The plan file as the design shows it, word for word but for the four channels it leaves open. */
const DESIGN = `plan: mailblast
objectives: { rpo: 15m, rto: 30m }
backups:
  database-full:
    kind: pg-dump                 # pg-dump | base-backup | wal | rds-snapshot | ebs-snapshot | files | config | image | certificate
    location: s3://backups/mailblast/db/full/
    schedule: daily 02:00 UTC
    fresh: { within: 26h, severity: warning }
    retain: 30d                   # or { daily: 30d, weekly: 90d, monthly: 1y }
    encoding: [gzip, { openssl: aes-256-cbc, passphrase: "\${ssm:/mailblast/backup-key}" }]   # in the order they were applied
    encrypted-at-rest: true
    copies: [s3://backups-dr/mailblast/db/full/]
  wal:
    kind: wal
    location: s3://backups/mailblast/db/wal/
    fresh: { within: 20m, severity: warning, critical-after: 30m }
    retain: 7d
webhooks:
  ses-events:
    topic: arn:aws:sns:us-east-1:123456789012:mailblast-email-events
    endpoint: https://mailblast.example.com/api/webhooks/sns
    dead-letters: { queue: https://sqs.us-east-1.amazonaws.com/123456789012/mailblast-dlq, alarm-above: 100 }
alerts:
  channels: { email: [oncall@example.com], slack: { webhook: "\${ssm:/slack}" }, pagerduty: { routing-key: "\${secret:pd}" }, statuspage: { page: mailblast, token: "\${ssm:/statuspage}" } }
  routes: { critical: [email, slack, pagerduty], warning: [email, slack] }
`;

describe('the plan of the design', () => {
  const { plan } = readPlan(DESIGN);

  it('is a plan, and says what it says', () => {
    expect(plan).toMatchObject({
      name: 'mailblast',
      objectives: { rpoSeconds: 900, rtoSeconds: 1_800 },
      backups: [
        {
          name: 'database-full',
          kind: 'pg-dump',
          fresh: { withinSeconds: 93_600, severity: 'warning', stated: true },
          retain: { kind: 'age', seconds: 2_592_000 },
          encoding: [
            { name: 'gzip' },
            { name: 'openssl', passphrase: { from: 'ssm', name: '/mailblast/backup-key' } },
          ],
          encryptedAtRest: true,
          copies: [{ location: { bucket: 'backups-dr', prefix: 'mailblast/db/full/' } }],
        },
        { name: 'wal', kind: 'wal', fresh: { withinSeconds: 1_200, criticalAfterSeconds: 1_800 } },
      ],
      webhooks: [{ name: 'ses-events', deadLetters: { alarmAbove: 100 } }],
      alerts: {
        routes: { critical: ['email', 'slack', 'pagerduty'], warning: ['email', 'slack'] },
      },
    });
    expect(plan.alerts.channels.map(({ kind }) => kind)).toEqual([
      'email',
      'slack',
      'pagerduty',
      'statuspage',
    ]);
  });

  it('may have the other retention that it names', () => {
    const text = DESIGN.replace('retain: 30d', 'retain: { daily: 30d, weekly: 90d, monthly: 1y }');
    expect(readPlan(text).plan.backups[0]?.retain?.kind).toBe('generations');
  });

  it.each(['pg-dump', 'base-backup', 'wal', 'files', 'config', 'image', 'certificate'])(
    'may have a backup of kind %s',
    (kind) => {
      const text = DESIGN.replace('kind: pg-dump', `kind: ${kind}`);
      expect(readPlan(text).plan.backups[0]?.kind).toBe(kind);
    },
  );
});
