import { createHash } from 'node:crypto';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { StoredObject } from './object-client.ts';

export const digest = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Changes with the object's version and with what the plan says about reading it. */
export const fingerprint = (object: StoredObject, backup: StoredBackup): string =>
  digest(object.versionId, object.etag, object.size, backup.kind, backup.encoding);

/** Changes also with what the plan says of what a backup holds. */
export const contentsFingerprint = (
  object: StoredObject,
  backup: StoredBackup,
  hasWalArchive: boolean,
): string =>
  digest(
    fingerprint(object, backup),
    [backup.database, backup.contains, backup.ignoreTables, backup.restoreTo],
    [backup.shrinkWarningPercent, backup.severity, backup.fresh?.severity, hasWalArchive],
  );
