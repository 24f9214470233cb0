import type { Severity } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { isFollowed } from './decide-standing.ts';
import type { StoredObject } from './object-client.ts';
import type { Services } from './services.ts';

/** How loud it is that an object is broken: as loud at a second reading as a sweep says it in between. */
export const findSeverity = async (
  { ledger }: Services,
  backup: StoredBackup,
  { key, lastModified }: Pick<StoredObject, 'key' | 'lastModified'>,
  series: string,
): Promise<Severity> => {
  const verified = await ledger.verified(backup.name, series);
  const broken = { key, lastModified: lastModified.toISOString() };
  return isFollowed(broken, verified) ? 'warning' : backup.severity;
};
