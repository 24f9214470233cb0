import { randomUUID } from 'node:crypto';
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBSnapshotCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { LOCAL_CREDENTIALS } from '../../local/start-emulators.ts';
import { prepareCheckBackups } from '../support/check-backups-stage.ts';

const HOME = 'us-east-1';
const AWAY = 'us-west-2';
const rds = (region: string) =>
  new RDSClient({ region, endpoint: inject('rdsEndpoint'), credentials: LOCAL_CREDENTIALS });
const ec2 = (region: string) =>
  new EC2Client({ region, endpoint: inject('endpoint'), credentials: LOCAL_CREDENTIALS });

const createInstance = async (name: string, encrypted = true, days = 7): Promise<void> => {
  await rds(HOME).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: name,
      DBInstanceClass: 'db.t3.micro',
      Engine: 'postgres',
      MasterUsername: 'owner',
      MasterUserPassword: randomUUID(),
      AllocatedStorage: 10,
      BackupRetentionPeriod: days,
      StorageEncrypted: encrypted,
    }),
  );
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('check-backups, of snapshots', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  describe('in RDS', () => {
    const prepare = (source: string, within = '26h') =>
      prepareCheckBackups(
        () => `
  rds:
    kind: rds-snapshot
    source: ${source}
    schedule: daily
    fresh: { within: ${within}, severity: warning }
    retain: 7d
    encrypted-at-rest: true
    copies: [${AWAY}]
`,
      );
    const snap = async (source: string, id: string): Promise<string> => {
      const { DBSnapshot } = await rds(HOME).send(
        new CreateDBSnapshotCommand({ DBInstanceIdentifier: source, DBSnapshotIdentifier: id }),
      );
      return DBSnapshot?.DBSnapshotArn ?? '';
    };

    it('passes a young one that is encrypted and copied', async () => {
      const source = `prod-${randomUUID().slice(0, 8)}`;
      await createInstance(source);
      const arn = await snap(source, `${source}-1`);
      await rds(AWAY).send(
        new CopyDBSnapshotCommand({
          SourceDBSnapshotIdentifier: arn,
          TargetDBSnapshotIdentifier: `${source}-copy`,
        }),
      );
      const stage = await prepare(source);
      const { reports, find } = await stage.run();
      expect(reports.map(({ check, verdict }) => [check, verdict])).toEqual([
        ['snapshot-freshness', 'pass'],
        ['snapshot-retention', 'pass'],
        ['snapshot-encryption', 'pass'],
        ['snapshot-copy', 'pass'],
      ]);
      expect(find('snapshot-copy').subject).toEqual({
        kind: 'backup',
        id: `rds@${AWAY}`,
        region: AWAY,
      });
      await rds(HOME).send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: `${source}-1` }));
      expect((await stage.run()).find('snapshot-retention')).toMatchObject({
        verdict: 'fail',
        reason: 'deleted-early',
        summary: expect.stringContaining(`${source}-1`),
      });
    });

    it('misses them, their encryption and their copies', async () => {
      const source = `prod-${randomUUID().slice(0, 8)}`;
      const nothing = await (await prepare(source)).run();
      expect(nothing.find('snapshot-freshness')).toMatchObject({
        verdict: 'fail',
        severity: 'critical',
        reason: 'missing',
      });
      expect(nothing.find('snapshot-copy')).toMatchObject({ verdict: 'fail', reason: 'missing' });
      await createInstance(source, false);
      await snap(source, `${source}-1`);
      await pause(2_100);
      const { find } = await (await prepare(source, '1s')).run();
      expect(find('snapshot-freshness')).toMatchObject({ verdict: 'fail', reason: 'stale' });
      expect(find('snapshot-encryption')).toMatchObject({ reason: 'not-encrypted' });
    });

    it('does not take a namesake in the other Region for a copy', async () => {
      const source = `prod-${randomUUID().slice(0, 8)}`;
      await createInstance(source);
      await rds(AWAY).send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: source,
          DBInstanceClass: 'db.t3.micro',
          Engine: 'postgres',
          MasterUsername: 'owner',
          MasterUserPassword: randomUUID(),
          AllocatedStorage: 10,
        }),
      );
      const { find } = await (await prepare(source)).run();
      expect(find('snapshot-copy')).toMatchObject({ verdict: 'fail', reason: 'missing' });
    });

    it('judges point-in-time recovery', async () => {
      const source = `prod-${randomUUID().slice(0, 8)}`;
      const plan = (retain: string) => () =>
        `
  pitr:
    kind: rds-point-in-time
    source: ${source}
    schedule: continuous
    fresh: { within: 10m, severity: warning }
    retain: ${retain}
    encrypted-at-rest: true
`;
      const gone = await (await prepareCheckBackups(plan('7d'))).run();
      expect(gone.find('point-in-time')).toMatchObject({ verdict: 'fail', reason: 'missing' });
      await createInstance(source);
      const { reports } = await (await prepareCheckBackups(plan('7d'))).run();
      expect(reports.map(({ check, reason }) => [check, reason])).toEqual([
        ['point-in-time', 'restorable'],
        ['snapshot-encryption', 'encrypted'],
      ]);
      const longer = await (await prepareCheckBackups(plan('30d'))).run();
      expect(longer.find('point-in-time')).toMatchObject({
        verdict: 'fail',
        reason: 'retention-too-short',
      });
    });

    it('says that it could not look where RDS does not answer', async () => {
      const stage = await prepare('prod');
      await stage.restart({ AWS_ENDPOINT_URL_RDS: 'http://127.0.0.1:9' });
      const { reports } = await stage.run();
      expect(reports).toHaveLength(4);
      for (const { verdict, reason } of reports) {
        expect([verdict, reason]).toEqual(['unknown', 'unreachable']);
      }
    });
  });

  describe('in EBS', () => {
    const createVolume = async (encrypted = true): Promise<string> => {
      const { VolumeId = '' } = await ec2(HOME).send(
        new CreateVolumeCommand({
          AvailabilityZone: `${HOME}a`,
          Size: 1,
          Encrypted: encrypted,
        }),
      );
      return VolumeId;
    };
    const snap = async (volume: string, name: string): Promise<string> => {
      const { SnapshotId = '' } = await ec2(HOME).send(
        new CreateSnapshotCommand({
          VolumeId: volume,
          TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'Name', Value: name }] }],
        }),
      );
      return SnapshotId;
    };
    const prepare = (source: string) =>
      prepareCheckBackups(
        () => `
  volumes:
    kind: ebs-snapshot
    source: "${source}"
    schedule: daily
    retain: 7d
    encrypted-at-rest: true
    copies: [${AWAY}]
`,
      );

    it.each(['volume', 'tag'])('finds snapshots and copies by %s', async (by) => {
      const name = `data ${randomUUID()}`;
      const volume = await createVolume();
      const id = await snap(volume, name);
      const stage = await prepare(by === 'volume' ? volume : `tag:Name=${name}`);
      const alone = await stage.run();
      expect(alone.find('snapshot-freshness')).toMatchObject({ verdict: 'pass' });
      expect(alone.find('snapshot-encryption')).toMatchObject({ verdict: 'pass' });
      expect(alone.find('snapshot-copy')).toMatchObject({ verdict: 'fail', reason: 'missing' });
      const { SnapshotId: copy = '' } = await ec2(AWAY).send(
        new CopySnapshotCommand({ SourceRegion: HOME, SourceSnapshotId: id }),
      );
      await ec2(AWAY).send(
        new CreateTagsCommand({ Resources: [copy], Tags: [{ Key: 'Name', Value: name }] }),
      );
      expect((await stage.run()).find('snapshot-copy')).toMatchObject({ verdict: 'pass' });
      await ec2(HOME).send(new DeleteSnapshotCommand({ SnapshotId: id }));
      const gone = await stage.run();
      expect(gone.find('snapshot-freshness')).toMatchObject({ verdict: 'fail', reason: 'missing' });
      expect(gone.find('snapshot-retention')).toMatchObject({ reason: 'deleted-early' });
    });

    it('accuses a snapshot of a volume that is not encrypted', async () => {
      const volume = await createVolume(false);
      await snap(volume, 'x');
      const { find } = await (await prepare(volume)).run();
      expect(find('snapshot-encryption')).toMatchObject({
        verdict: 'fail',
        reason: 'not-encrypted',
      });
    });
  });
});
