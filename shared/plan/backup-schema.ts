import * as z from 'zod';
import { acknowledgedSchema } from './acknowledged-schema.ts';
import { freshSchema, retainSchema } from './backup-timing-schema.ts';
import { durationSchema } from './duration.ts';
import { encodingSchema } from './encoding-schema.ts';
import { locationSchema } from './location.ts';
import { scheduleSchema } from './schedule.ts';
import { severitySchema } from './severity.ts';

const REGION = 'must be a Region such as us-west-2';
const regionSchema = z.string({ error: REGION }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, REGION);

const copySchema = z
  .union(
    [
      locationSchema.transform((location) => ({ location, within: undefined })),
      z.strictObject({
        location: locationSchema,
        within: durationSchema.describe('How long the copy may take to arrive.'),
      }),
    ],
    {
      error:
        'must be a folder in S3 such as s3://bucket/folder/, or { location: s3://bucket/folder/, within: 1h }',
    },
  )
  .describe(
    'Where a second copy of every object must be: a folder in S3, which may take 15 minutes (on the stage local: none), or that with a time of its own.',
  );

const common = {
  schedule: scheduleSchema
    .default({ text: 'on-demand', trigger: 'on-demand' })
    .describe('When the backup is taken.'),
  fresh: freshSchema
    .optional()
    .describe(
      'How old the newest may be. Without it: the time between two runs and a twelfth of it.',
    ),
  retain: retainSchema.optional(),
  severity: severitySchema.default('critical').describe('How loud a missing or broken backup is.'),
  covers: z
    .array(z.string().min(1))
    .default([])
    .describe('What else is backed up by this one, in words: [campaigns, contact lists].'),
  controls: z.array(z.string()).default([]).describe('Ids of the controls that this supports.'),
};

/** Source: S3 API, `StorageClass` of PutObject. */
const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;

/** Source: PostgreSQL, NAMEDATALEN less its zero byte. */
const POSTGRES_NAME = 'must be a name of 1 to 63 characters';
const postgresName = z
  .string({ error: POSTGRES_NAME })
  .min(1, POSTGRES_NAME)
  .max(63, POSTGRES_NAME);

/** What a dump must be able to be restored to. */
const restoreToSchema = z.strictObject({
  postgres: z.number().int().min(9).max(99).describe('The major version of PostgreSQL there: 15.'),
  extensions: z
    .array(postgresName)
    .optional()
    .describe('Every extension that can be created there: [pgcrypto, postgis].'),
  roles: z
    .array(postgresName)
    .optional()
    .describe('Every role that exists there: [postgres, app]. Owners of what is restored must be.'),
});

const storedSchema = z.strictObject({
  kind: z.enum(['pg-dump', 'base-backup', 'wal', 'files', 'config', 'image', 'certificate']),
  location: locationSchema.describe('The folder in S3 that holds the backups.'),
  match: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .describe(
      'Which names below the location belong to this backup: "env-backup-*.enc", "*/database.dump". A * stands for any characters, slashes too.',
    ),
  ...common,
  encoding: encodingSchema,
  'encrypted-at-rest': z
    .union([z.boolean(), z.enum(['AES256', 'aws:kms'])], {
      error: 'must be true, false, AES256 or aws:kms',
    })
    .default(false)
    .describe('S3 server-side encryption must be on; or which one.'),
  'storage-class': z
    .enum(STORAGE_CLASSES)
    .optional()
    .describe('The storage class that the newest object must have.'),
  copies: z.array(copySchema).default([]),
  versioning: z.boolean().default(false).describe('The bucket must keep versions.'),
  replication: locationSchema
    .optional()
    .describe('The bucket must replicate to this one, by an enabled S3 replication rule.'),
  lifecycle: z
    .strictObject({
      'expire-after': durationSchema.optional(),
      'noncurrent-expire-after': durationSchema.optional(),
    })
    .optional()
    .describe('What the lifecycle rules of the bucket must do below this location.'),
  'segment-size': z
    .enum(['1MB', '2MB', '4MB', '8MB', '16MB', '32MB', '64MB', '128MB', '256MB', '512MB', '1GB'])
    .optional()
    .describe('WAL only: the segment size, where the archive is compressed and it is not 16MB.'),
  acknowledged: acknowledgedSchema,
  reread: durationSchema
    .default(30 * 86_400)
    .describe('Every kept object is read in full again after this time.'),
  'shrink-warning': z
    .number()
    .int()
    .min(1)
    .max(99)
    .default(50)
    .describe(
      'A backup smaller than the one before it by this many percent is a warning, and so is a table that lost as many of its rows.',
    ),
  database: postgresName
    .optional()
    .describe('pg-dump only: the database that every dump must be of, where the dump names it.'),
  contains: z
    .enum(['data', 'schema'])
    .optional()
    .describe(
      'pg-dump only: data, so that a dump without rows is accused from the first on, or schema, so that none is. Without it the earlier dumps decide.',
    ),
  'ignore-tables': z
    .array(z.string().min(1).max(256))
    .optional()
    .describe(
      'pg-dump only: tables whose rows come and go, with their schema: [public.sessions, "*_queue"]. A * stands for any characters.',
    ),
  'restore-to': restoreToSchema
    .optional()
    .describe('pg-dump only: where the dump must be restorable to.'),
});

const snapshot = {
  ...common,
  'encrypted-at-rest': z.boolean().default(false).describe('Every snapshot must be encrypted.'),
  copies: z.array(regionSchema).default([]).describe('Regions that must hold a copy.'),
};

const DB_INSTANCE = 'must be a DB instance identifier such as saas-production';
const VOLUME = 'must be a volume id such as vol-0abc12345678, or tag:Name=value';

const rdsSchema = z.strictObject({
  kind: z.enum(['rds-snapshot', 'rds-point-in-time']),
  source: z
    .string({ error: DB_INSTANCE })
    .regex(/^[A-Za-z](-?[A-Za-z0-9]){0,62}$/, DB_INSTANCE)
    .describe('The DB instance identifier.'),
  ...snapshot,
});

const ebsSchema = z.strictObject({
  kind: z.literal('ebs-snapshot'),
  source: z
    .string({ error: VOLUME })
    .regex(/^(vol-[0-9a-f]{8,17}|tag:[^=]{1,128}=.{0,256})$/, VOLUME)
    .describe('A volume id, or tag:Name=value: a tag of the snapshots, not of the volume.'),
  ...snapshot,
});

const externalSchema = z.strictObject({
  kind: z.literal('external'),
  'held-in': z.string().min(1).describe('Where it is kept, in words: "Git repository".'),
  ...common,
});

export const backupSchema = z.discriminatedUnion('kind', [
  storedSchema,
  rdsSchema,
  ebsSchema,
  externalSchema,
]);
export type BackupFile = z.infer<typeof backupSchema>;
