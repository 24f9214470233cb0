import {
  type DBSnapshot,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  paginateDescribeDBSnapshots,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { PointInTime } from './decide-point-in-time.ts';
import type { Snapshot } from './decide-snapshot.ts';
import { type Gate, once } from './observe.ts';
import type { Observed } from './outcome.ts';

export type RdsStore = {
  /** Automated, manual and AWS Backup's snapshots of a DB instance. */
  snapshots: (instance: string) => Promise<Observed<Snapshot[]>>;
  /** Copies of its snapshots in another Region. */
  copies: (instance: string, region: string) => Promise<Observed<Snapshot[]>>;
  /** Automated backups that RDS replicates to another Region, as far as they reach. */
  replicatedBackups: (instance: string, region: string) => Promise<Observed<Snapshot[]>>;
  /** `undefined`: there is no such DB instance. */
  pointInTime: (instance: string) => Promise<Observed<PointInTime | undefined>>;
};

const snapshotOf = (found: DBSnapshot): Snapshot[] =>
  found.DBSnapshotIdentifier === undefined
    ? []
    : [
        {
          id: found.DBSnapshotIdentifier,
          ready: found.Status === 'available',
          state: found.Status ?? 'unknown',
          // One that is being made has no time yet; it is not ready either.
          at: found.SnapshotCreateTime ?? new Date(0),
          dataAt: found.OriginalSnapshotCreateTime ?? found.SnapshotCreateTime,
          encrypted: found.Encrypted ?? false,
        },
      ];

/**
 * Whether a snapshot is a copy of one of the home Region's. RDS names its source by ARN, and the DB instance
 * by an id; a snapshot of a namesake in its own Region has neither, and a copy is never an automated one.
 */
const isCopyOf = (home: string, originals: readonly DBSnapshot[], found: DBSnapshot): boolean =>
  found.SourceRegion === home ||
  found.SourceDBSnapshotIdentifier?.split(':')[3] === home ||
  (found.SnapshotType !== 'automated' &&
    originals.some(({ DbiResourceId: id }) => id !== undefined && id === found.DbiResourceId));

/** Looks at RDS for the length of one run. `clientFor` gives a client of a Region. */
export const createRdsStore = (
  clientFor: (region: string) => RDSClient,
  home: string,
  gate: Gate,
  signal: AbortSignal,
): RdsStore => {
  const list = async (region: string, instance: string, type?: string): Promise<DBSnapshot[]> => {
    const found: DBSnapshot[] = [];
    const pages = paginateDescribeDBSnapshots(
      { client: clientFor(region) },
      { DBInstanceIdentifier: instance, SnapshotType: type },
      { abortSignal: signal },
    );
    for await (const { DBSnapshots = [] } of pages) found.push(...DBSnapshots);
    return found;
  };
  const all = async (region: string, instance: string): Promise<DBSnapshot[]> => {
    const found = [
      ...(await list(region, instance)),
      // Without a type RDS leaves these out.
      ...(await list(region, instance, 'awsbackup')),
    ];
    return [...new Map(found.map((one) => [one.DBSnapshotIdentifier, one])).values()];
  };
  const listed = once<Observed<DBSnapshot[]>>();
  const originals = (instance: string) =>
    listed(instance, () => gate(`rds ${home}`, () => all(home, instance)));
  return {
    async snapshots(instance) {
      const found = await originals(instance);
      return 'seen' in found ? { seen: found.seen.flatMap(snapshotOf) } : found;
    },

    async copies(instance, region) {
      const known = await originals(instance);
      if ('trouble' in known) return known;
      return gate(`rds ${region}`, async () =>
        (await all(region, instance))
          .filter((one) => isCopyOf(home, known.seen, one))
          .flatMap(snapshotOf),
      );
    },

    replicatedBackups: (instance, region) =>
      gate(`rds ${region}`, async () => {
        const command = new DescribeDBInstanceAutomatedBackupsCommand({
          DBInstanceIdentifier: instance,
        });
        const { DBInstanceAutomatedBackups = [] } = await clientFor(region).send(command, {
          abortSignal: signal,
        });
        return DBInstanceAutomatedBackups.filter(({ Region }) => Region === home).map((found) => ({
          id: found.DBInstanceAutomatedBackupsArn ?? instance,
          ready: found.RestoreWindow?.LatestTime !== undefined,
          state: found.Status ?? 'unknown',
          at: found.RestoreWindow?.LatestTime ?? new Date(0),
          encrypted: found.Encrypted ?? false,
        }));
      }),

    pointInTime: (instance) =>
      gate(`rds ${home}`, async () => {
        const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: instance });
        try {
          const { DBInstances = [] } = await clientFor(home).send(command, { abortSignal: signal });
          const [found] = DBInstances;
          return (
            found && {
              status: found.DBInstanceStatus ?? 'unknown',
              retentionDays: found.BackupRetentionPeriod ?? 0,
              latestRestorable: found.LatestRestorableTime,
              encrypted: found.StorageEncrypted ?? false,
            }
          );
        } catch (error) {
          const name = error instanceof Error ? error.name : '';
          if (name === 'DBInstanceNotFound' || name === 'DBInstanceNotFoundFault') return undefined;
          throw error;
        }
      }),
  };
};
