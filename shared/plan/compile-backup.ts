import type { BackupFile } from './backup-schema.ts';
import type {
  BackupPolicy,
  EncodingLayer,
  ExternalBackup,
  Freshness,
  Retention,
  SnapshotBackup,
  StoredBackup,
} from './plan.ts';

type StoredFile = Extract<BackupFile, { location: unknown }>;
type SnapshotFile = Extract<BackupFile, { source: unknown }>;
type ExternalFile = Extract<BackupFile, { kind: 'external' }>;

/** A schedule may run late by a twelfth of its period: two hours for a daily one. In whole minutes. */
const SCHEDULE_SLACK = 13 / 12;

const freshness = ({ fresh, schedule, severity }: BackupFile): Freshness | undefined => {
  if (fresh !== undefined) {
    return {
      withinSeconds: fresh.within,
      severity: fresh.severity,
      criticalAfterSeconds: fresh['critical-after'],
      stated: true,
    };
  }
  if (schedule.everySeconds === undefined) return undefined;
  const withinSeconds = Math.ceil((schedule.everySeconds * SCHEDULE_SLACK) / 60) * 60;
  return { withinSeconds, severity, stated: false };
};

const retention = (retain: BackupFile['retain']): Retention | undefined => {
  if (retain === undefined) return undefined;
  if (retain === 'forever') return { kind: 'forever' };
  if (typeof retain === 'number') return { kind: 'age', seconds: retain };
  return {
    kind: 'generations',
    dailySeconds: retain.daily,
    weeklySeconds: retain.weekly,
    monthlySeconds: retain.monthly,
  };
};

const bytes = (size: string): number =>
  Number.parseInt(size, 10) * (size.endsWith('GB') ? 1024 ** 3 : 1024 ** 2);

const layer = (written: NonNullable<StoredFile['encoding']>[number]): EncodingLayer => {
  if (typeof written === 'string') return { name: written };
  if ('age' in written) return { name: 'age', key: written.age };
  if ('gpg' in written) return { name: 'gpg', key: written.gpg, passphrase: written.passphrase };
  const { openssl: cipher, passphrase, iterations } = written;
  return { name: 'openssl', cipher, passphrase, iterations };
};

const common = (name: string, backup: BackupFile) => ({
  name,
  schedule: backup.schedule,
  fresh: freshness(backup),
  retain: retention(backup.retain),
  severity: backup.severity,
  covers: backup.covers,
  controls: backup.controls,
});

const stored = (name: string, backup: StoredFile): StoredBackup => ({
  ...common(name, backup),
  store: 's3',
  kind: backup.kind,
  location: backup.location,
  match: backup.match,
  encoding: backup.encoding?.map(layer),
  encryptedAtRest: backup['encrypted-at-rest'],
  storageClass: backup['storage-class'],
  copies: backup.copies.map(({ location, within }) => ({ location, withinSeconds: within })),
  versioning: backup.versioning,
  replication: backup.replication,
  lifecycle: backup.lifecycle && {
    expireAfterSeconds: backup.lifecycle['expire-after'],
    noncurrentExpireAfterSeconds: backup.lifecycle['noncurrent-expire-after'],
  },
  segmentSizeBytes:
    backup['segment-size'] === undefined ? undefined : bytes(backup['segment-size']),
  acknowledged: backup.acknowledged?.map(({ segments, ...rest }) => ({ ...segments, ...rest })),
  rereadSeconds: backup.reread,
  shrinkWarningPercent: backup['shrink-warning'],
  database: backup.database,
  contains: backup.contains,
  ignoreTables: backup['ignore-tables'],
  restoreTo: backup['restore-to'],
});

const snapshot = (name: string, backup: SnapshotFile): SnapshotBackup => ({
  ...common(name, backup),
  store: 'snapshots',
  kind: backup.kind,
  source: backup.source,
  encryptedAtRest: backup['encrypted-at-rest'],
  copyRegions: backup.copies,
});

const external = (name: string, backup: ExternalFile): ExternalBackup => ({
  ...common(name, backup),
  store: 'external',
  kind: 'external',
  heldIn: backup['held-in'],
});

export const compileBackup = (name: string, backup: BackupFile): BackupPolicy => {
  if ('location' in backup) return stored(name, backup);
  return 'source' in backup ? snapshot(name, backup) : external(name, backup);
};
