import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { locationSchema } from './location.ts';
import { scheduleSchema } from './schedule.ts';
import { secretSchema } from './secret-reference.ts';

const severitySchema = z.enum(['critical', 'warning']);
const regionSchema = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a Region such as us-west-2');

const freshSchema = z
  .strictObject({
    within: durationSchema.describe('The newest backup may be this old.'),
    severity: severitySchema.default('warning').describe('How loud an older one is.'),
    'critical-after': durationSchema.describe('From this age on it is critical.').optional(),
  })
  .refine((fresh) => (fresh['critical-after'] ?? Number.POSITIVE_INFINITY) > fresh.within, {
    path: ['critical-after'],
    message: 'must be longer than within',
  });

const retainSchema = z
  .union([
    z.literal('forever'),
    durationSchema,
    z
      .strictObject({
        daily: durationSchema.optional(),
        weekly: durationSchema.optional(),
        monthly: durationSchema.optional(),
      })
      .refine((tiers) => Object.values(tiers).some((tier) => tier !== undefined), {
        message: 'must name at least one of daily, weekly and monthly',
      }),
  ])
  .describe(
    'How long each backup is kept: 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }.',
  );

const opensslSchema = z.strictObject({
  openssl: z.enum(['aes-256-cbc', 'aes-192-cbc', 'aes-128-cbc']),
  passphrase: secretSchema.describe(
    'The passphrase as a reference: ${ssm:/path} or ${secret:name}.',
  ),
});

const layerSchema = z.union([z.enum(['gzip', 'zstd', 'lz4', 'xz', 'bzip2']), opensslSchema]);

const copySchema = z
  .union([
    locationSchema.transform((location) => ({ location, within: 0 })),
    z.strictObject({
      location: locationSchema,
      within: durationSchema.describe('How long the copy may take to arrive.'),
    }),
  ])
  .describe('Where a second copy of every object must be.');

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
  controls: z.array(z.string()).default([]).describe('Ids of the controls that this supports.'),
};

const storedSchema = z.strictObject({
  kind: z.enum(['pg-dump', 'base-backup', 'wal', 'files', 'config', 'image', 'certificate']),
  location: locationSchema.describe('The folder in S3 that holds the backups.'),
  match: z
    .string()
    .min(1)
    .optional()
    .describe('Which names below the location belong to this backup, e.g. "env-backup-*.enc".'),
  ...common,
  encoding: z
    .array(layerSchema)
    .optional()
    .describe('What was done to the bytes, in the order it was done: [gzip, { openssl: … }].'),
  'encrypted-at-rest': z
    .union([z.boolean(), z.enum(['AES256', 'aws:kms'])])
    .default(false)
    .describe('S3 server-side encryption must be on; or which one.'),
  'storage-class': z
    .string()
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
  reread: durationSchema
    .default(30 * 86_400)
    .describe('Every kept object is read in full again after this time.'),
  'shrink-warning': z
    .number()
    .int()
    .min(1)
    .max(99)
    .default(50)
    .describe('A backup smaller than the one before it by this many percent is a warning.'),
});

const snapshotSchema = z.strictObject({
  kind: z.enum(['rds-snapshot', 'ebs-snapshot', 'rds-point-in-time']),
  source: z
    .string()
    .min(1)
    .describe('RDS: the DB instance identifier. EBS: a volume id, or tag:Name=value.'),
  ...common,
  'encrypted-at-rest': z.boolean().default(false),
  copies: z.array(regionSchema).default([]).describe('Regions that must hold a copy.'),
});

const externalSchema = z.strictObject({
  kind: z.literal('external'),
  'held-in': z.string().min(1).describe('Where it is kept, in words: "Git repository".'),
  ...common,
});

export const backupSchema = z.discriminatedUnion('kind', [
  storedSchema,
  snapshotSchema,
  externalSchema,
]);
export type BackupFile = z.infer<typeof backupSchema>;
