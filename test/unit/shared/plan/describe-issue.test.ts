import { describe, expect, it } from 'vitest';
import { problemOf, problemsOf } from '../../../support/plan-text.ts';

const backup = (fields: string): string =>
  `plan: test\nbackups:\n  db: { kind: pg-dump, location: "s3://backups/db/", ${fields} }`;
const snapshot = (fields: string): string => `plan: test\nbackups:\n  db: { ${fields} }`;
const channels = (text: string): string => `plan: test\nalerts: { channels: ${text} }`;
const webhook = (fields: string): string => `plan: test\nwebhooks: { w: { ${fields} } }`;
const acknowledging = (segments: string, more = 'reason: disk, until: 2027-01-31'): string =>
  `acknowledged: [{ segments: ${segments}, owner: ops, ${more} }]`;
const ARN = '"arn:aws:sns:us-east-1:123456789012:t"';

/** Field, what it was, what would be right. */
const MESSAGES: [string, string][] = [
  [
    backup('retain: soon'),
    'backups.db.retain: must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }, not "soon"',
  ],
  [
    backup('retain: forevr'),
    'backups.db.retain: must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }, not "forevr"; did you mean "forever"?',
  ],
  [
    backup('retain: 30'),
    'backups.db.retain: must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }, not 30',
  ],
  [
    backup('retain: [30d]'),
    'backups.db.retain: must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }, not a list',
  ],
  [
    backup('retain:'),
    'backups.db.retain: must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }, not empty',
  ],
  [backup('retain: {}'), 'backups.db.retain: must name at least one of daily, weekly and monthly'],
  [
    backup('retain: { daily: 30 days }'),
    'backups.db.retain.daily: must be a duration such as 15m, 26h or 30d, at most 100y, not "30 days"',
  ],
  [
    backup('retain: { daily: 30d, mothly: 1y }'),
    'backups.db.retain.mothly: unknown key "mothly"; did you mean "monthly"?',
  ],
  [
    backup('schedule: nightly'),
    'backups.db.schedule: must be a schedule such as "daily 02:00 UTC", "weekly sunday 03:00 UTC", "monthly", "every 15m", "continuous", "on-change" or "on-demand", not "nightly"',
  ],
  [backup('fresh: 26h'), 'backups.db.fresh: must be a map, not text'],
  [backup('fresh: {}'), 'backups.db.fresh.within: is missing: The newest backup may be this old.'],
  [
    backup('fresh: { within: 26h, severity: high }'),
    'backups.db.fresh.severity: unknown value "high"; known here: critical, warning',
  ],
  [
    backup('fresh: { within: 26h, severity: warn }'),
    'backups.db.fresh.severity: unknown value "warn"; did you mean "warning"?',
  ],
  [
    backup('fresh: { within: 26h, critical-after: 20h }'),
    'backups.db.fresh.critical-after: must be longer than within, not "20h"',
  ],
  [backup('copies: s3://dr/'), 'backups.db.copies: must be a list, not text'],
  [
    backup('copies: [dr]'),
    'backups.db.copies.0: must be a folder in S3 such as s3://bucket/folder/, or { location: s3://bucket/folder/, within: 1h }, not "dr"',
  ],
  [
    backup('copies: [{ location: "s3://dr/" }]'),
    'backups.db.copies.0.within: is missing: How long the copy may take to arrive.',
  ],
  [
    backup('copies: [{ location: "s3://dr/", whitin: 1h }]'),
    'backups.db.copies.0.within: is missing: How long the copy may take to arrive.',
  ],
  [
    backup('copies: [[]]'),
    'backups.db.copies.0: must be a folder in S3 such as s3://bucket/folder/, or { location: s3://bucket/folder/, within: 1h }, not a list',
  ],
  [
    backup('storage-class: STANDARD-IA'),
    'backups.db.storage-class: unknown value "STANDARD-IA"; did you mean "STANDARD_IA"?',
  ],
  [
    backup('encrypted-at-rest: aes256'),
    'backups.db.encrypted-at-rest: must be true, false, AES256 or aws:kms, not "aes256"; did you mean "AES256"?',
  ],
  [backup('versioning: yes'), 'backups.db.versioning: must be true or false, not "yes"'],
  [backup('match: ""'), 'backups.db.match: must not be empty, not ""'],
  [backup('shrink-warning: 100'), 'backups.db.shrink-warning: must be at most 99, not 100'],
  [backup('shrink-warning: 0.5'), 'backups.db.shrink-warning: must be a whole number, not 0.5'],
  [backup('contains: rows'), 'backups.db.contains: unknown value "rows"; known here: data, schema'],
  [backup('database: ""'), 'backups.db.database: must be a name of 1 to 63 characters, not ""'],
  [
    backup('restore-to: { postgres: "15.4" }'),
    'backups.db.restore-to.postgres: must be a number, not "15.4"',
  ],
  [
    backup('restore-to: { postgres: 15, extension: [hstore] }'),
    'backups.db.restore-to.extension: unknown key "extension"; did you mean "extensions"?',
  ],
  [
    snapshot('kind: files, location: "s3://backups/", database: shop'),
    'backups.db.database: belongs to a backup of kind pg-dump, not files',
  ],
  [backup('controls: [1]'), 'backups.db.controls.0: must be text, not 1'],
  [
    backup('segment-size: 64MB'),
    'backups.db.segment-size: belongs to a backup of kind wal, not pg-dump',
  ],
  [
    backup(acknowledging('"0000000100000000000000A7"')),
    'backups.db.acknowledged: belongs to a backup of kind wal, not pg-dump',
  ],
  [
    backup(acknowledging('000000010000000000000007')),
    'backups.db.acknowledged.0.segments: must be the name of a WAL segment in quotes, "0000000100000000000000A7", or the first and the last of one timeline, "0000000100000000000000A7..0000000100000000000000AB", not 10000000000000008',
  ],
  [
    backup(acknowledging('"0000000100000000000000AB..0000000100000000000000A7"')),
    'backups.db.acknowledged.0.segments: must go from a segment to the same or a later one of its timeline, not "0000000100000000000000AB..0000000100000000000000A7"',
  ],
  [
    backup(acknowledging('"0000000100000000000000A7..0000000200000000000000A9"')),
    'backups.db.acknowledged.0.segments: must go from a segment to the same or a later one of its timeline, not "0000000100000000000000A7..0000000200000000000000A9"',
  ],
  [
    backup(acknowledging('"0000000100000000000000A7"', 'reason: disk, until: soon')),
    'backups.db.acknowledged.0.until: must be a day such as 2027-01-31, not "soon"',
  ],
  [
    backup(acknowledging('"0000000100000000000000A7"', 'reason: "", until: 2027-01-31')),
    'backups.db.acknowledged.0.reason: must say it in words, not ""',
  ],
  [
    snapshot('location: "s3://backups/"'),
    'backups.db.kind: is missing: one of pg-dump, base-backup, wal, files, config, image, certificate, rds-snapshot, rds-point-in-time, ebs-snapshot, external',
  ],
  [
    snapshot('kind: pgdump, location: "s3://backups/"'),
    'backups.db.kind: unknown kind "pgdump"; did you mean "pg-dump"?',
  ],
  [
    snapshot('kind: wal, location: "/var/wal"'),
    'backups.db.location: must be a folder in S3 such as s3://bucket/folder/, not "/var/wal"',
  ],
  [
    snapshot('kind: rds-snapshot, source: "arn:aws:rds"'),
    'backups.db.source: must be a DB instance identifier such as saas-production, not "arn:aws:rds"',
  ],
  [
    snapshot('kind: ebs-snapshot, source: snap-1'),
    'backups.db.source: must be a volume id such as vol-0abc12345678, or tag:Name=value, not "snap-1"',
  ],
  [
    snapshot('kind: rds-snapshot, source: db, copies: [oregon]'),
    'backups.db.copies.0: must be a Region such as us-west-2, not "oregon"',
  ],
  [
    snapshot('kind: external'),
    'backups.db.held-in: is missing: Where it is kept, in words: "Git repository".',
  ],
  [
    'plan: test\nbackups: { My Backup: { kind: wal, location: "s3://backups/" } }',
    'backups.My Backup: its name must be lower-case letters, digits and dashes, at most 40, starting with a letter',
  ],
  [
    webhook(`endpoint: "https://a.example/"`),
    'webhooks.w.topic: is missing: The ARN of the SNS topic.',
  ],
  [
    webhook('topic: "arn:aws:sns:us-east-1:123456789:t", endpoint: "https://a.example/"'),
    'webhooks.w.topic: must be the ARN of an SNS topic with a 12-digit account id, not "arn:aws:sns:us-east-1:123456789:t"',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: a.example`),
    'webhooks.w.endpoint: must be an https URL, not "a.example"',
  ],
  [
    webhook(
      `topic: ${ARN}, endpoint: "https://a.example/", dead-letters: { queue: "https://q/123456789012/q", alarm-above: -1 }`,
    ),
    'webhooks.w.dead-letters.alarm-above: must be at least 0, not -1',
  ],
  [
    webhook(
      `topic: ${ARN}, endpoint: "https://a.example/", dead-letters: { queue: mailblast-dlq }`,
    ),
    'webhooks.w.dead-letters.queue: must be the URL of an SQS queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, with a 12-digit account id, not "mailblast-dlq"',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", reciever: strict`),
    'webhooks.w.reciever: unknown key "reciever"; did you mean "receiver"?',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", receiver: stict`),
    'webhooks.w.receiver: unknown value "stict"; did you mean "strict"?',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", heal: yes please`),
    'webhooks.w.heal: must be true or false, not "yes please"',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", filter-policy: [Bounce]`),
    'webhooks.w.filter-policy: must be a map: { eventType: [Bounce, Complaint] }, not a list',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", filter-policy: { eventType: Bounce }`),
    'webhooks.w.filter-policy.eventType: must be a list of values or conditions such as [Bounce, { prefix: Comp }]; with filter-policy-scope: MessageBody also a map of such lists, not text',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", filter-policy-scope: body`),
    'webhooks.w.filter-policy-scope: unknown value "body"; known here: MessageAttributes, MessageBody',
  ],
  [
    webhook(`topic: ${ARN}, endpoint: "https://a.example/", subscribers: ["two words"]`),
    'webhooks.w.subscribers.0: must be the endpoint of a subscription: the ARN of a queue or a function, a URL, an e-mail address, not "two words"',
  ],
  [channels('{ email: [ops] }'), 'alerts.channels.email.0: must be an e-mail address'],
  [channels('{ email: [] }'), 'alerts.channels.email: must not be empty'],
  [
    channels('{ slack: {} }'),
    'alerts.channels.slack.webhook: is missing: The incoming webhook, as ${ssm:/path} or ${secret:name}.',
  ],
  [
    channels('{ pagerduty: {} }'),
    'alerts.channels.pagerduty.routing-key: is missing: The integration key of an Events API v2 service.',
  ],
  [
    channels('{ ops: { kind: statuspage, page: p } }'),
    'alerts.channels.ops.token: is missing: The API key, as ${ssm:/path} or ${secret:name}.',
  ],
  [
    channels('{ ops: { webhook: "${ssm:/x}", url: "https://x/" } }'),
    'alerts.channels.ops.url: unknown key "url"; known here: kind, to, from, webhook, routing-key, secret, page, token',
  ],
  [
    channels('{ ops: { url: "https://x/" } }'),
    'alerts.channels.ops.secret: is missing: The key of the HMAC-SHA256 signature.',
  ],
  [
    channels('{ ops: { email: a@example.com } }'),
    'alerts.channels.ops: must be a list of e-mail addresses or a map: { webhook } for Slack, { routing-key } for PagerDuty, { url, secret } for a webhook, { page, token } for Statuspage, { to, from } for SES',
  ],
  [
    'plan: test\nbackups:\n  db: { kind: pg-dump, location: "s3://db/full/" }',
    'backups.db.location: must name a bucket of S3: 3 to 63 lower-case letters, digits, dots and dashes, not "s3://db/full/"',
  ],
  [channels('[]'), 'alerts.channels: must be a map, not a list'],
  [
    'plan: test\nalerts: { repeat: { critical: never } }',
    'alerts.repeat.critical: must be a duration such as 15m, 26h or 30d, at most 100y, not "never"',
  ],
];

describe('describeIssue', () => {
  it.each(MESSAGES)('names the field, what it was and what would be right: %s', (text, message) => {
    expect(problemsOf(text).map((problem) => `${problem.path}: ${problem.message}`)).toContain(
      message,
    );
  });

  it('names what is wrong in the order of the file', () => {
    const text = `plan: test\nplann: x\nbackups:\n  db: { kind: pg-dump, locaton: x }\nobjectives: { rpo: soon }`;
    const lines = problemsOf(text).map(({ line }) => line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(lines.length).toBeGreaterThan(3);
  });

  it('answers a kind that cannot even be made a text', () => {
    expect(problemsOf('plan: test\nkind: { toString: null }')).toHaveLength(1);
    expect(problemsOf(snapshot('kind: { toString: null }'))).toHaveLength(1);
    expect(problemsOf(channels('{ a: { kind: { toString: null } } }')).length).toBeGreaterThan(0);
  });

  it('shows the text as it was written, not what a variable holds', () => {
    const problem = problemOf(backup('retain: "${env:KEEP}"'), { env: { KEEP: 'hunter2' } });
    expect(problem).toContain('not "${env:KEEP}"');
    expect(problem).not.toContain('hunter2');
  });
});

const SECRET = 'T0SECRET0B0SECRET0X0SECRET';
const encoding = (text: string): string => backup(`encoding: ${text}`);

/** Every way to get a secret wrong that comes to mind. */
const SLIPS: [string, string][] = [
  ['not a reference', encoding(`[{ openssl: aes-256-cbc, passphrase: "\${ssm:${SECRET}" }]`)],
  ['in a wrong reference', channels(`{ slack: { webhook: "\${vault:${SECRET}}" } }`)],
  ['as a list', encoding(`[{ openssl: aes-256-cbc, passphrase: [${SECRET}] }]`)],
  ['as a map', channels(`{ slack: { webhook: { value: ${SECRET} } } }`)],
  ['as a map with it for a key', channels(`{ slack: { webhook: { ${SECRET}: } } }`)],
  ['beside a wrong cipher', encoding(`[{ openssl: aes-256-gcm, passphrase: ${SECRET} }]`)],
  ['in place of a cipher', encoding(`[{ openssl: ${SECRET}, passphrase: x }]`)],
  ['in place of a layer', encoding(`[gzip, ${SECRET}]`)],
  ['in place of the encoding', encoding(SECRET)],
  ['under a key that is nearly right', encoding(`[{ openssl: aes-256-cbc, pass: ${SECRET} }]`)],
  ['in a wrong reference of age', encoding(`[{ age: "\${vault:${SECRET}}" }]`)],
  ['as a list of age', encoding(`[{ age: [${SECRET}] }]`)],
  ['beside a key that gpg does not have', encoding(`[{ gpg: ${SECRET}, pass: x }]`)],
  ['as a key of gpg', encoding(`[{ gpg: { ${SECRET}: } }]`)],
  ['in place of a channel', channels(`{ slack: "https://hooks.example.com/${SECRET}" }`)],
  ['in place of the channels', channels(`https://hooks.example.com/${SECRET}`)],
  ['in a list of addresses', channels(`{ slack: ["https://hooks.example.com/${SECRET}"] }`)],
  ['as a kind', channels(`{ slack: { kind: ${SECRET}, webhook: x } }`)],
  ['as a URL that is none', channels(`{ pagerduty: { routing-key: x, url: ${SECRET} } }`)],
  ['over plain http', channels(`{ slack: { webhook: "http://hooks.example.com/${SECRET}" } }`)],
  ['without a space after its key', channels(`{ slack: {webhook:https://x/${SECRET}} }`)],
  ['as a key', channels(`{ pagerduty: { ${SECRET}: routing-key } }`)],
  ['as the name of a channel', channels(`{ slack:${SECRET} }`)],
  ['in a route', `plan: test\nalerts: { routes: { critical: ["https://x/${SECRET}"] } }`],
  ['in broken YAML', channels(`{ slack: { webhook: "https://x/${SECRET} } }`)],
  ['after a quote that ends early', channels(`{ slack: { webhook: "https://x/"${SECRET} } }`)],
  ['as a reserved character', channels(`{ slack: { webhook: @${SECRET} } }`)],
  ['as an escape', channels(`{ slack: { webhook: "\\q${SECRET}" } }`)],
  ['as an alias', channels(`{ slack: { webhook: *${SECRET} } }`)],
  [
    'after the sign of a block',
    `plan: test\nalerts:\n  channels:\n    slack:\n      webhook: | @&${SECRET} `,
  ],
  ['as a tag', channels(`{ slack: { webhook: !${SECRET} x } }`)],
  ['twice', channels(`{ slack: { ${SECRET}: 1, ${SECRET}: 2 } }`)],
  ['in the credentials of a URL', webhook(`topic: ${ARN}, endpoint: "ftp://u:${SECRET}@host/"`)],
  ['in the query of a URL', webhook(`topic: ${ARN}, endpoint: "ftp://host/?token=${SECRET}"`)],
];

describe('no error repeats a secret', () => {
  it.each(SLIPS)('that stands %s', (_, text) => {
    const told = JSON.stringify(problemsOf(text));
    expect(told.toLowerCase()).not.toContain(SECRET.toLowerCase());
    expect(told).not.toContain('0SECRET0');
  });
});
