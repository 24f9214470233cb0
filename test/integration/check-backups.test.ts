import {
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CheckBackupsStage,
  DAY_MS,
  HOUR_MS,
  prepareCheckBackups,
  SCHEDULED,
} from '../support/check-backups-stage.ts';

const KEY = 'db full/söndag + måndag ';

describe('check-backups', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  describe('with every promise about one backup', () => {
    const prepare = () =>
      prepareCheckBackups(
        ({ bucket, dr }) => `
  database-full:
    kind: pg-dump
    location: s3://${bucket}/db full/
    schedule: daily 02:00 UTC
    fresh: { within: 26h, severity: warning, critical-after: 50h }
    retain: 30d
    encrypted-at-rest: AES256
    storage-class: STANDARD
    copies: [s3://${dr}/db full/]
    versioning: true
    lifecycle: { expire-after: 30d, noncurrent-expire-after: 7d }
    replication: s3://${dr}/
    controls: ["SOC2:A1.2"]
`,
      );

    const promise = async (stage: CheckBackupsStage): Promise<void> => {
      const { bucket, dr } = stage;
      const { s3 } = stage.clients;
      for (const Bucket of [bucket, dr]) {
        await s3.send(
          new PutBucketVersioningCommand({
            Bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
        );
        await s3.send(
          new PutBucketEncryptionCommand({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
            },
          }),
        );
      }
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: {
            Rules: [
              {
                ID: 'expire',
                Status: 'Enabled',
                Filter: { Prefix: 'db full/' },
                Expiration: { Days: 30 },
                NoncurrentVersionExpiration: { NoncurrentDays: 7 },
              },
            ],
          },
        }),
      );
      await s3.send(
        new PutBucketReplicationCommand({
          Bucket: bucket,
          ReplicationConfiguration: {
            Role: 'arn:aws:iam::000000000000:role/replicate',
            Rules: [
              {
                ID: 'dr',
                Status: 'Enabled',
                Priority: 1,
                Filter: { Prefix: '' },
                DeleteMarkerReplication: { Status: 'Disabled' },
                Destination: { Bucket: `arn:aws:s3:::${dr}` },
              },
            ],
          },
        }),
      );
    };

    it('passes all of them when all is well', async () => {
      const stage = await prepare();
      await promise(stage);
      for (const day of [3, 2, 1, 0]) {
        await stage.putWithCopy(`${KEY}${day}.gz`, day * DAY_MS + HOUR_MS);
      }
      const { reports, find } = await stage.run();
      expect(reports.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
      expect(reports.map(({ check }) => check).sort()).toEqual([
        'backup-copy',
        'backup-encryption',
        'backup-freshness',
        'backup-retention',
        'backup-storage-class',
        'bucket-lifecycle',
        'bucket-replication',
        'bucket-versioning',
      ]);
      const { bucket, dr } = stage;
      const freshness = find('backup-freshness');
      expect(freshness).toMatchObject({
        subject: { kind: 'backup', id: 'database-full', region: 'us-east-1' },
        promise: 'backups.database-full.fresh',
        backup: 'database-full',
        summary: 'database-full: the newest backup is 1h old',
        evidence: [{ uri: `s3://${bucket}/${KEY}0.gz` }],
        controls: ['SOC2:A1.2'],
      });
      expect(Date.parse(freshness.nextCheckBy) - Date.parse(freshness.checkedAt)).toBe(1_800_000);
      expect(find('backup-copy').subject.id).toBe(`database-full@s3://${dr}/db full/`);
      expect(find('bucket-versioning').subject).toMatchObject({
        kind: 'bucket',
        id: `database-full@s3://${bucket}/db full/`,
      });
      expect(find('backup-encryption').summary).toContain('AES256');
      expect(find('backup-retention').reason).toBe('young');
    });

    it('accuses each promise that is broken, and says what is wrong in words', async () => {
      const stage = await prepare();
      const { bucket, dr, clients } = stage;
      await stage.put(`${KEY}1.gz`, 30 * HOUR_MS, 'backup', { StorageClass: 'STANDARD_IA' });
      await clients.s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: {
            Rules: [
              { ID: 'x', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 7 } },
            ],
          },
        }),
      );
      const { find } = await stage.run();
      expect(find('backup-freshness')).toMatchObject({
        verdict: 'fail',
        severity: 'warning',
        reason: 'stale',
        summary: `database-full: the newest backup is 1d 6h old and the plan allows 26h: s3://${bucket}/${KEY}1.gz`,
      });
      expect(find('backup-freshness').action).toContain(
        `npx sls invoke -f check-backups --stage local -d '{"backup":"database-full"}'`,
      );
      expect(find('backup-encryption')).toMatchObject({ verdict: 'fail', reason: 'not-encrypted' });
      expect(find('backup-storage-class')).toMatchObject({ reason: 'wrong-storage-class' });
      expect(find('backup-copy')).toMatchObject({
        verdict: 'fail',
        severity: 'critical',
        reason: 'missing',
        summary: `database-full: nothing is copied to s3://${dr}/db full/: söndag + måndag 1.gz`,
      });
      expect(find('bucket-versioning')).toMatchObject({ verdict: 'fail', reason: 'off' });
      expect(find('bucket-lifecycle')).toMatchObject({
        verdict: 'fail',
        reason: 'expiry-too-early',
      });
      expect(find('bucket-replication')).toMatchObject({ verdict: 'fail', reason: 'missing' });
    });
  });

  const simple = (more = '') =>
    prepareCheckBackups(
      ({ bucket, dr }) => `
  database-full:
    kind: pg-dump
    location: s3://${bucket}/db full/
    schedule: daily 02:00 UTC
    retain: 30d
    copies: [s3://${dr}/db full/]
${more.replaceAll('BUCKET', bucket)}`,
    );

  it('misses a backup that is not there at all', async () => {
    const stage = await simple();
    const { find } = await stage.run();
    expect(find('backup-freshness')).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'missing',
      summary: `database-full: there is no backup at all in s3://${stage.bucket}/db full/`,
    });
    expect(find('backup-copy')).toMatchObject({ verdict: 'unknown', reason: 'nothing-to-copy' });
  });

  it('takes an empty object for no backup', async () => {
    const stage = await simple();
    await stage.putWithCopy(`${KEY}1.gz`, DAY_MS);
    await stage.put(`${KEY}2.gz`, 0, '');
    expect((await stage.run()).find('backup-freshness')).toMatchObject({
      verdict: 'fail',
      reason: 'empty',
      summary: expect.stringContaining('the newest with content is 1d old'),
    });
  });

  it('names the days without a backup, and what is kept too long', async () => {
    const stage = await simple();
    for (const day of [40, 9, 8, 7, 5, 4, 3, 2, 1]) {
      await stage.putWithCopy(`${KEY}${day}.gz`, day * DAY_MS);
    }
    const retention = (await stage.run()).find('backup-retention');
    const missing = new Date(Date.now() - 6 * DAY_MS).toISOString().slice(0, 10);
    expect(retention).toMatchObject({ verdict: 'fail', severity: 'warning' });
    expect(retention.summary).toContain(missing);
    expect(retention.summary).toContain(
      '1 backup should be gone after 30d: the oldest is söndag + måndag 40.gz, 40d old',
    );
  });

  it('names a backup that vanished, until it is back or a person meant it', async () => {
    const stage = await simple();
    for (const day of [2, 1]) await stage.putWithCopy(`${KEY}${day}.gz`, day * DAY_MS);
    expect((await stage.run()).find('backup-retention').verdict).toBe('pass');
    await stage.remove(stage.bucket, `${KEY}2.gz`);
    const vanished = {
      verdict: 'fail',
      severity: 'critical',
      reason: 'deleted-early',
      summary: expect.stringContaining(
        '1 backup vanished before 30d were over: söndag + måndag 2.gz',
      ),
    };
    expect((await stage.run()).find('backup-retention')).toMatchObject(vanished);
    expect((await stage.run()).find('backup-retention')).toMatchObject(vanished);
    const meant = { backup: 'database-full', acceptDeleted: true };
    expect((await stage.run(meant)).find('backup-retention').verdict).toBe('pass');
    expect((await stage.run()).find('backup-retention').verdict).toBe('pass');
    await stage.remove(stage.bucket, `${KEY}1.gz`);
    expect((await stage.run()).find('backup-retention').verdict).toBe('fail');
    await stage.put(`${KEY}1.gz`);
    expect((await stage.run()).find('backup-retention').verdict).toBe('pass');
  });

  it('tells a copy that differs from one that is missing', async () => {
    const stage = await simple();
    for (const day of [3, 2, 1]) await stage.putWithCopy(`${KEY}${day}.gz`, day * DAY_MS);
    await stage.put(`${KEY}3.gz`, 3 * DAY_MS, 'changed');
    const differs = (await stage.run()).find('backup-copy');
    expect(differs).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'differs' });
    expect(differs.summary).toContain('1 of 3 copies');
    await stage.put(`${KEY}3.gz`, 3 * DAY_MS, 'BACKUP');
    expect((await stage.run()).find('backup-copy')).toMatchObject({ reason: 'differs' });
    await stage.put(`${KEY}3.gz`, 3 * DAY_MS, 'backup');
    expect((await stage.run()).find('backup-copy')).toMatchObject({ verdict: 'pass' });
    await stage.remove(stage.dr, `${KEY}2.gz`);
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'missing',
      summary: expect.stringContaining('söndag + måndag 2.gz'),
    });
  });

  it('says of a backup kept elsewhere that it cannot look', async () => {
    const stage = await simple('  helm: { kind: external, held-in: Git repository }\n');
    const { find } = await stage.run();
    expect(find('backup-freshness', 'helm')).toMatchObject({
      verdict: 'unknown',
      reason: 'not-observable',
      promise: 'backups.helm',
      summary: 'helm: is kept in Git repository; no check here can look at it',
    });
  });

  it('keeps apart backups that share a folder', async () => {
    const stage = await prepareCheckBackups(
      ({ bucket }) => `
  dumps: { kind: pg-dump, location: "s3://${bucket}/", match: "*/database.dump", schedule: daily, retain: 30d, encrypted-at-rest: true, versioning: true }
  state: { kind: config, location: "s3://${bucket}/", match: "*/state.yaml", schedule: daily, retain: 30d, versioning: true }
`,
    );
    await stage.put('20260302/database.dump');
    const { reports, find } = await stage.run();
    expect(find('backup-freshness', 'dumps').verdict).toBe('pass');
    expect(find('backup-freshness', 'state')).toMatchObject({ reason: 'missing' });
    const identities = reports.map(
      ({ check, subject }) => `${check} ${subject.kind} ${subject.id}`,
    );
    expect(new Set(identities).size).toBe(identities.length);
    const answer = await stage.answer({});
    expect(answer).toMatchObject({ requests: { list: 1, head: 1 } });
  });

  it('looks at one backup for a person, and helps with its name', async () => {
    const stage = await simple(
      '  other: { kind: files, location: "s3://BUCKET/other/", schedule: on-change }\n',
    );
    const one = await stage.run({ backup: 'other' });
    expect(new Set(one.reports.map(({ backup }) => backup))).toEqual(new Set(['other']));
    const answer = await stage.answer({ backup: 'other' });
    expect(answer).toMatchObject({
      reports: [{ check: 'backup-freshness', verdict: 'fail', reason: 'missing' }],
    });
    await expect(stage.answer({ backup: 'databas-full' })).rejects.toThrow(
      'No backup of the plan is named "databas-full"; did you mean "database-full"?',
    );
    expect(await stage.answer(SCHEDULED)).not.toHaveProperty('reports');
  });
});
