import type { Severity } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { isFollowed } from './decide-standing.ts';
import { findVerified } from './find-verified.ts';
import type { StoredObject } from './object-client.ts';
import type { Services } from './services.ts';

/** How loud it is that an object is broken: as loud at a second reading as a sweep says it in between. */
export const findSeverity = async (
  services: Services,
  backup: StoredBackup,
  { bucket, key, lastModified }: Pick<StoredObject, 'bucket' | 'key' | 'lastModified'>,
  series: string,
): Promise<Severity> => {
  const verified = await findVerified(services, backup.name, { bucket, key }, series);
  const broken = { key, lastModified: lastModified.toISOString() };
  return isFollowed(broken, verified, backup) ? 'warning' : backup.severity;
};
