import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { excessiveRights } from '../../../deploy/least-privilege.ts';
import { type PackagedService, packageService } from '../../../deploy/package-service.ts';
import { roleStatements } from '../../../deploy/role-statements.ts';
import { eventSources } from '../../support/event-sources.ts';

const FUNCTIONS = [
  'verify-backup',
  'check-backups',
  'check-wal',
  'check-subscriptions',
  'confirm-subscription',
  'check-dead-letters',
  'route-alerts',
  'deliver-alert',
  'replay-dead-letters',
];
const FOURTEEN_DAYS = 1_209_600;
const LIMIT_BYTES = 1_000_000;
const MAILBLAST_TOPIC = 'arn:aws:sns:us-east-1:123456789012:mailblast-email-events';

const PLANS = [
  [
    'the MailBlast plan',
    'plans/mailblast.yml',
    ['arn:aws:sns:us-east-1:123456789012:mailblast-email-events'],
  ],
  ['a plan that promises nothing', 'test/fixtures/empty-plan.yml', []],
] as const;

describe.each(PLANS)('packaged with %s', (_, planFile, healedTopics) => {
  let service: PackagedService;
  beforeAll(async () => {
    service = await packageService({ stage: 'prod', planFile });
  });

  it('gives no function a right that is too wide', () => {
    expect(excessiveRights(service.template)).toEqual([]);
  });

  it('lets topics be subscribed to only where the plan says heal', () => {
    const subscribing = Object.values(roleStatements(service.template))
      .flat()
      .filter(({ actions }) => actions.includes('sns:Subscribe'));
    expect(subscribing.flatMap(({ resources }) => resources)).toEqual(healedTopics);
  });

  it('gives every function a role of its own', () => {
    const names = Object.keys(roleStatements(service.template));
    expect(names.sort()).toEqual(FUNCTIONS.map((name) => `lifeboat-prod-${name}`).sort());
    const roles = Object.values(service.template.Resources).filter(
      ({ Type }) => Type === 'AWS::IAM::Role',
    );
    expect(roles).toHaveLength(FUNCTIONS.length);
  });

  it('lets confirm-subscription confirm on the topics of the plan, and change no other thing', () => {
    const statements = roleStatements(service.template)['lifeboat-prod-confirm-subscription'] ?? [];
    const onTopics = statements.flatMap(({ actions, resources }) =>
      actions.filter((action) => action.startsWith('sns:')).map((action) => [action, ...resources]),
    );
    const topics = planFile === 'plans/mailblast.yml' ? [MAILBLAST_TOPIC] : [];
    expect(onTopics).toEqual([
      ...topics.map((topic) => ['sns:ConfirmSubscription', topic]),
      ...topics.map((topic) => ['sns:ListSubscriptionsByTopic', topic]),
      ['sns:Publish', '<FactsTopic>'],
    ]);
  });

  it('loses no message: visibility, dead letters for 14 days, failures one by one', () => {
    for (const source of eventSources(service.template)) {
      expect(source, source.queueId).toMatchObject({
        reportsFailuresOneByOne: true,
        encrypted: true,
        deadLetters: { retentionSeconds: FOURTEEN_DAYS, encrypted: true },
      });
      expect(source.visibilitySeconds, source.queueId).toBeGreaterThanOrEqual(
        6 * source.timeoutSeconds,
      );
    }
  });

  it('puts the bundle and the plan into every archive, below 1 MB', () => {
    expect(Object.keys(service.archives).sort()).toEqual(FUNCTIONS.toSorted());
    for (const [name, entries] of Object.entries(service.archives)) {
      expect(entries.map(({ path }) => path).sort()).toEqual([
        `functions/${name}/handler.mjs`,
        'plan.json',
      ]);
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      expect(bytes, name).toBeLessThan(LIMIT_BYTES);
    }
  });
});

describe('a plan that names what takes a library', () => {
  it('gets it into verify-backup, and nowhere else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lifeboat-encrypted-plan-'));
    const planFile = join(dir, 'encrypted.yml');
    const encoding = '[gzip, { age: "${ssm:/age}" }]';
    const backup = `{ kind: pg-dump, location: "s3://bucket/db/", encoding: ${encoding} }`;
    await writeFile(planFile, `plan: encrypted\nbackups:\n  db: ${backup}\n`);
    const { archives } = await packageService({ stage: 'prod', planFile });
    await rm(dir, { recursive: true });
    const large = Object.entries(archives).filter(([, entries]) =>
      entries.some(({ bytes }) => bytes > LIMIT_BYTES),
    );
    expect(large.map(([name]) => name)).toEqual(['verify-backup']);
  });
});

describe('a plan with an error', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lifeboat-broken-plan-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('stops the deploy with the file, the line and the nearest valid name', async () => {
    const planFile = join(dir, 'broken.yml');
    await writeFile(
      planFile,
      'plan: broken\nbackups:\n  db:\n    kind: pg-dmup\n    location: s3://backups/db/\n',
    );
    await expect(packageService({ stage: 'prod', planFile })).rejects.toThrow(
      /broken\.yml:4:\d+: error: backups\.db\.kind.*pg-dump/s,
    );
  });

  it('stops it where the file is not there', async () => {
    const planFile = join(dir, 'nowhere.yml');
    await expect(packageService({ stage: 'prod', planFile })).rejects.toThrow('nowhere.yml');
  });
});
