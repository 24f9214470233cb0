import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../shared/plan/plan-problem.ts';
import { problemOf, problemsOf, readPlan } from '../../../support/plan-text.ts';

const ROUTED = `alerts:
  channels: { slack: { webhook: "\${ssm:/slack}" } }
  routes: { critical: [slack], warning: [slack] }
`;
const plan = (backups: string): string => `plan: test\nbackups:\n${backups}\n${ROUTED}`;
const alerts = (text: string): string => `plan: test\nalerts: ${text}`;

const warningsOf = (text: string): string[] =>
  readPlan(text).warnings.map(({ path, message }) => `${path}: ${message}`);

describe('routes', () => {
  const channels =
    'channels: { slack: { webhook: "${ssm:/s}" }, page: { page: p, token: "${ssm:/t}" } }';

  it.each([
    ['{ critical: [pagerduty] }', 'no channel is named "pagerduty"; channels are: slack'],
    ['{ critical: [slakc] }', 'no channel is named "slakc"; did you mean "slack"?'],
    ['{ critical: [page] }', '"page" is a status page; alerts are not routed there'],
    ['{ critical: [slack, slack] }', '"slack" stands here twice'],
  ])('%s is refused', (routes, message) => {
    expect(problemOf(alerts(`{ ${channels}, routes: ${routes} }`))).toContain(message);
  });

  it('tells that nobody is told', () => {
    expect(warningsOf('plan: test')).toEqual([
      'alerts.routes.critical: no channel is told of anything that is critical',
      'alerts.routes.warning: no channel is told of anything that is a warning',
    ]);
  });

  it('tells that no route leads to a channel, unless it is a status page', () => {
    const text = alerts(
      `{ ${channels.replace('{ slack', '{ spare: ["a@b.example"], slack')}, routes: { critical: [slack], warning: [slack] } }`,
    );
    expect(warningsOf(text)).toEqual(['alerts.channels.spare: no route leads to this channel']);
  });
});

describe('places', () => {
  it('refuses one place for two backups', () => {
    const text = plan(`  a: { kind: files, location: "s3://bucket/x" }
  b: { kind: config, location: "s3://bucket/x/" }`);
    expect(problemOf(text)).toBe(
      '4:22 backups.b.location: is also the location of "a"; tell the two apart with match',
    );
  });

  it('takes one folder for two backups that match tells apart', () => {
    const text = plan(`  a: { kind: files, location: "s3://bucket/x/" }
  b: { kind: config, location: "s3://bucket/x/", match: "*.enc" }`);
    expect(warningsOf(text)).toEqual([]);
  });

  it.each([
    ['copies: ["s3://bucket/x"]', 'copies.0: is the location itself'],
    ['replication: "s3://bucket/y/"', 'replication: is the same bucket'],
  ])('refuses %s', (field, message) => {
    expect(problemOf(plan(`  a: { kind: files, location: "s3://bucket/x/", ${field} }`))).toContain(
      message,
    );
  });

  it('tells of copies of two backups in one folder, which are told apart by name alone', () => {
    const text = plan(`  a: { kind: files, location: "s3://bucket/a/", copies: ["s3://dr-site/"] }
  b: { kind: files, location: "s3://bucket/b/", copies: ["s3://dr-site/"] }`);
    expect(warningsOf(text)).toEqual([
      'backups.b.copies.0: is also a copy of "a"; tell the two apart with match',
    ]);
  });
});

describe('promises', () => {
  const files = (fields: string) =>
    plan(`  a: { kind: files, location: "s3://bucket/a/", ${fields} }`);

  it.each([
    [
      'schedule: daily, fresh: { within: 20h }',
      'backups.a.fresh.within: 20h is shorter than the time between two runs (daily)',
    ],
    [
      'schedule: monthly, retain: 7d',
      'backups.a.retain: 7d is shorter than the time between two runs (monthly)',
    ],
  ])('tells that %s cannot be kept', (fields, message) => {
    const [warning, ...more] = warningsOf(files(fields));
    expect(warning).toContain(message);
    expect(more).toEqual([]);
  });

  it.each([
    'schedule: daily, fresh: { within: 24h }, retain: 30d',
    'schedule: daily, retain: forever',
    'schedule: weekly, retain: { daily: 2d, monthly: 1y }',
    'schedule: on-change, fresh: { within: 1h }, retain: 1h',
    'retain: 30d, lifecycle: { expire-after: 30d }',
  ])('says nothing of %s', (fields) => {
    expect(warningsOf(files(fields))).toEqual([]);
  });

  it.each([
    ['retain: 30d, lifecycle: { expire-after: 7d }', 'deletes after 7d what retain keeps 30d'],
    [
      'retain: forever, lifecycle: { expire-after: 1y }',
      'deletes after 1y what retain keeps forever',
    ],
    ['retain: { daily: 7d, monthly: 1y }, lifecycle: { expire-after: 90d }', 'keeps 1y'],
  ])('refuses %s', (fields, message) => {
    expect(problemOf(files(fields))).toContain(message);
  });
});

describe('write-ahead log', () => {
  const wal = '  wal: { kind: wal, location: "s3://bucket/wal/", schedule: every 15m, retain: 7d }';
  const base = (schedule: string) =>
    `${wal}\n  base: { kind: base-backup, location: "s3://bucket/base/", schedule: ${schedule} }`;
  const NOTHING = 'backups.wal: no point-in-time recovery: ';

  it.each([
    ['no base backup', wal, 'no base-backup is promised on a schedule'],
    ['one on demand', base('on-demand'), 'no base-backup is promised on a schedule'],
    ['one a month', base('monthly'), 'segments are kept 7d, less than the time between two'],
  ])('tells that with %s it cannot be replayed', (_, backups, message) => {
    const [warning, ...more] = warningsOf(plan(backups));
    expect(warning).toContain(NOTHING + message);
    expect(more).toEqual([]);
  });

  it('says nothing where a base backup is newer than the oldest segment', () => {
    expect(warningsOf(plan(base('daily')))).toEqual([]);
  });

  it('tells that the age of the newest segment is not judged', () => {
    const text = plan(base('daily').replace('every 15m', 'continuous'));
    expect(warningsOf(text)).toEqual([
      'backups.wal: has no fresh: the age of the newest segment is not judged',
    ]);
  });
});

describe('recovery point objective', () => {
  const text = (schedule: string) =>
    `plan: test\nobjectives: { rpo: 1h }\nbackups: { db: { kind: rds-snapshot, source: db, schedule: ${schedule} } }\n${ROUTED}`;

  it('tells that no backup is taken often enough', () => {
    expect(warningsOf(text('daily'))).toEqual([
      'objectives.rpo: no backup of data is taken every 1h or more often',
    ]);
    expect(warningsOf(text('on-demand'))).toEqual([]);
  });

  it.each(['hourly', 'every 5m', 'continuous'])('says nothing where one is, %s', (schedule) => {
    expect(warningsOf(text(schedule))).toEqual([]);
  });
});

describe('addresses', () => {
  const webhook = (queue: string, endpoint: string) =>
    `plan: test\nwebhooks: { w: { topic: "arn:aws:sns:us-east-1:123456789012:t", endpoint: "${endpoint}", dead-letters: { queue: "${queue}" } } }\n${ROUTED}`;

  it.each([
    ['webhooks.w.endpoint', webhook('https://q.example/123456789012/q', 'http://127.0.0.1:1/x')],
    [
      'webhooks.w.dead-letters.queue',
      webhook('http://127.0.0.1:1/123456789012/q', 'https://a.example/'),
    ],
    [
      'alerts.channels.p.url',
      alerts('{ channels: { p: { routing-key: "${ssm:/k}", url: "http://localhost/" } } }'),
    ],
    ['alerts.channels.s.webhook', alerts('{ channels: { s: { webhook: "http://[::1]:9/" } } }')],
  ])('%s on http is for the stage local alone', (path, text) => {
    expect(problemsOf(text).map((problem) => problem.path)).toEqual([path]);
    expect(readPlan(text, { stage: 'local' }).plan.name).toBe('test');
  });
});

describe('secrets', () => {
  it('that stand in the plan are told, with their place and not their value', () => {
    const text = plan(
      '  a: { kind: files, location: "s3://bucket/a/", encoding: [gzip, { openssl: aes-256-cbc, passphrase: hunter2 }, { age: hunter2 }, { gpg: hunter2, passphrase: hunter2 }] }',
    ).replace('"${ssm:/slack}"', 'https://hooks.example.com/hunter2');
    const { warnings } = readPlan(text);
    expect(warnings.map(({ path }) => path)).toEqual([
      'backups.a.encoding.1.passphrase',
      'backups.a.encoding.2.age',
      'backups.a.encoding.3.gpg',
      'backups.a.encoding.3.passphrase',
      'alerts.channels.slack.webhook',
    ]);
    expect(warnings.map(formatProblem).join('\n')).not.toContain('hunter2');
  });
});
