import type { FilterPolicy } from './filter-policy-schema.ts';
import type { Location } from './location.ts';
import type { Schedule } from './schedule.ts';
import type { SecretReference } from './secret-reference.ts';

/** A plan as the functions use it: defaults filled in, durations in seconds, places taken apart. */
export type Plan = {
  name: string;
  /** `sha256:` and 64 hex digits; changes with every change of meaning in the file. */
  digest: string;
  objectives: { rpoSeconds?: number; rtoSeconds?: number };
  backups: BackupPolicy[];
  webhooks: WebhookPolicy[];
  alerts: AlertPolicy;
};

export type Severity = 'critical' | 'warning';

export type Freshness = {
  withinSeconds: number;
  severity: Severity;
  criticalAfterSeconds?: number;
  /** False where the plan names no `fresh` and it follows from the schedule. */
  stated: boolean;
};

export type Retention =
  | { kind: 'forever' }
  | { kind: 'age'; seconds: number }
  | {
      kind: 'generations';
      dailySeconds?: number;
      weeklySeconds?: number;
      monthlySeconds?: number;
    };

export type EncodingLayer =
  | { name: 'gzip' | 'zstd' | 'lz4' | 'xz' | 'bzip2' }
  | {
      name: 'openssl';
      cipher: 'aes-256-cbc' | 'aes-192-cbc' | 'aes-128-cbc';
      passphrase: SecretReference;
      /** Of PBKDF2, where `openssl enc` was given `-iter`. */
      iterations?: number;
    }
  /** A passphrase, or lines with identities. */
  | { name: 'age'; key: SecretReference }
  /** A passphrase, or an armored private key, which may have a passphrase of its own. */
  | { name: 'gpg'; key: SecretReference; passphrase?: SecretReference };

type CommonPolicy = {
  name: string;
  schedule: Schedule;
  fresh?: Freshness;
  retain?: Retention;
  severity: Severity;
  /** What else this backup holds, in the plan's words. */
  covers?: string[];
  controls: string[];
};

export type AcknowledgedLoss = {
  first: string;
  last: string;
  owner: string;
  reason: string;
  /** The last day of it, `2027-01-31`, in UTC. */
  until: string;
};

/** Objects below one folder of one bucket. */
export type StoredBackup = CommonPolicy & {
  store: 's3';
  kind: 'pg-dump' | 'base-backup' | 'wal' | 'files' | 'config' | 'image' | 'certificate';
  location: Location;
  match?: string;
  /** Absent: whatever the bytes say. Present: in the order the layers were applied. */
  encoding?: EncodingLayer[];
  encryptedAtRest: boolean | 'AES256' | 'aws:kms';
  storageClass?: string;
  /** Without `withinSeconds` the stage decides: `copyAllowance`. */
  copies: { location: Location; withinSeconds?: number }[];
  versioning: boolean;
  replication?: Location;
  lifecycle?: { expireAfterSeconds?: number; noncurrentExpireAfterSeconds?: number };
  segmentSizeBytes?: number;
  /** WAL segments that are known to be lost; names of the first and the last, both of one timeline. */
  acknowledged?: AcknowledgedLoss[];
  rereadSeconds: number;
  shrinkWarningPercent: number;
  /** Of a `pg-dump`: the database that it must be of. */
  database?: string;
  /** Of a `pg-dump`: absent, what the dumps before it held. */
  contains?: 'data' | 'schema';
  /** Of a `pg-dump`: patterns of tables whose rows come and go. */
  ignoreTables?: string[];
  restoreTo?: RestoreTarget;
};

/** What a dump must be able to be restored to. */
export type RestoreTarget = {
  /** Its major version. */
  postgres: number;
  /** All that can be created there; absent, nobody said. */
  extensions?: string[];
  roles?: string[];
};

/** Snapshots that an AWS service keeps. */
export type SnapshotBackup = CommonPolicy & {
  store: 'snapshots';
  kind: 'rds-snapshot' | 'ebs-snapshot' | 'rds-point-in-time';
  source: string;
  encryptedAtRest: boolean;
  copyRegions: string[];
};

/** A backup that no check can look at; it is reported as `unknown`, never as a pass. */
export type ExternalBackup = CommonPolicy & { store: 'external'; kind: 'external'; heldIn: string };

export type BackupPolicy = StoredBackup | SnapshotBackup | ExternalBackup;

export type WebhookPolicy = {
  name: string;
  topic: string;
  endpoint: string;
  /** How loud a lost subscription is. */
  severity: Severity;
  /** Whether a lost subscription is made again. */
  heal: boolean;
  /** What the receiver does with a message that it gets twice; `strict`: it must not get one twice. */
  receiver: 'strict' | 'idempotent';
  rawDelivery: boolean;
  /** Absent: the subscription must have none. */
  filterPolicy?: { scope: 'MessageAttributes' | 'MessageBody'; policy: FilterPolicy };
  /** Endpoints of the other subscriptions that the topic may have. */
  subscribers: string[];
  /** Absent: nothing keeps what could not be delivered. */
  deadLetters?: DeadLetterPolicy;
  /** Absent: nobody said how to ask the receiver. */
  duplicates?: DuplicatePolicy;
};

export type DuplicatePolicy = {
  /** Where the URL of the receiver's database is kept. */
  database: SecretReference;
  /** A SELECT without a semicolon after it. */
  query: string;
  severity: Severity;
};

export type DeadLetterPolicy = {
  /** The queue's URL, and the ARN that the subscription's redrive policy must name. */
  queue: string;
  arn: string;
  alarmAbove: number;
  alarmOlderThanSeconds?: number;
  alarmBeforeExpirySeconds: number;
  /** URLs of queues and ARNs of topics that dead letters may be replayed to. */
  replayTo: string[];
  severity: Severity;
};

export type AlertChannel =
  | { name: string; kind: 'email'; via: 'sns'; to: string[] }
  | { name: string; kind: 'email'; via: 'ses'; to: string[]; from: string }
  | { name: string; kind: 'slack'; webhook: SecretReference }
  | { name: string; kind: 'pagerduty'; routingKey: SecretReference; url: string }
  | { name: string; kind: 'webhook'; url: SecretReference; secret: SecretReference }
  | { name: string; kind: 'statuspage'; page: string; token: SecretReference };

export type AlertPolicy = {
  channels: AlertChannel[];
  routes: Record<Severity, string[]>;
  repeatSeconds: Record<Severity, number>;
  unknownAfterSeconds: number;
};
