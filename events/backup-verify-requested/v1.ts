import * as z from 'zod';
import { eventSchema } from '../envelope.ts';

export const BACKUP_VERIFY_REQUESTED = 'lifeboat.backup.verify-requested.v1';

/** A command to `verify-backup`: read this object, unless the ledger says that it was read already. */
export const backupVerifyRequestSchema = z.looseObject({
  bucket: z.string().min(3).max(63),
  /**
   * The key as S3 lists it: not URL-encoded. With a slash at its end: the folder that is one backup; a
   * slash alone is the bucket itself.
   */
  key: z.string().min(1).max(1024),
  versionId: z.string().min(1).optional(),
  /** Why it is asked for: the log and the report say so. */
  cause: z.enum(['unannounced', 'reread', 'manual']),
  /** It is a backup by itself, though its name is that of a part of one. */
  alone: z.boolean().optional(),
});

export type BackupVerifyRequest = z.infer<typeof backupVerifyRequestSchema>;

export const backupVerifyRequestedSchema = eventSchema(
  BACKUP_VERIFY_REQUESTED,
  backupVerifyRequestSchema,
);
