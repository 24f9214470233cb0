import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Context } from './context.ts';
import { decideEncryption, decideStorageClass } from './decide-encryption.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import type { Outcome } from './outcome.ts';

/** The newest object of a policy, where there is one. */
export type NewestObject = { key: string; storageClass: string };

const nothingThere = ({ name, schedule, kind }: StoredBackup, what: string): Outcome => {
  // A plan need not say when WAL is archived: it is never on demand.
  const onDemand = schedule.trigger === 'on-demand' && kind !== 'wal';
  return {
    verdict: onDemand ? 'pass' : 'unknown',
    reason: onDemand ? 'nothing-promised' : 'nothing-seen',
    summary: `${name}: there is no backup whose ${what} could be looked at`,
    expected: {},
    observed: {},
  };
};

const encryption = async (
  policy: StoredBackup,
  demanded: true | 'AES256' | 'aws:kms',
  newest: NewestObject | undefined,
  { objects }: Context,
): Promise<Outcome> => {
  if (newest === undefined) return nothingThere(policy, 'encryption');
  const { name, location, severity } = policy;
  const uri = `s3://${location.bucket}/${newest.key}`;
  const found = await objects.head(location.bucket, newest.key);
  if ('trouble' in found) {
    return couldNotLook(name, `the encryption of ${uri}`, found.trouble, 's3:GetObject');
  }
  return decideEncryption({ name, demanded, uri, algorithm: found.seen.encryption, severity });
};

/** What the plan promises of how the newest object is stored: encryption at rest, storage class. */
export const checkNewest = async (
  policy: StoredBackup,
  newest: NewestObject | undefined,
  context: Context,
): Promise<Finding[]> => {
  const { name, encryptedAtRest, storageClass, location } = policy;
  const place = { region: context.region };
  const findings: Finding[] = [];
  if (encryptedAtRest !== false) {
    const outcome = await encryption(policy, encryptedAtRest, newest, context);
    findings.push(findingOf(policy, 'backup-encryption', 'encrypted-at-rest', place, outcome));
  }
  if (storageClass !== undefined) {
    const outcome =
      newest === undefined
        ? nothingThere(policy, 'storage class')
        : decideStorageClass(name, storageClass, {
            uri: `s3://${location.bucket}/${newest.key}`,
            storageClass: newest.storageClass,
          });
    findings.push(findingOf(policy, 'backup-storage-class', 'storage-class', place, outcome));
  }
  return findings;
};
