import { formatLocation } from '../../shared/plan/location.ts';
import type { BackupPolicy, ExternalBackup } from '../../shared/plan/plan.ts';
import { checkSnapshots } from './check-snapshots.ts';
import { checkStored } from './check-stored.ts';
import { checkWalArchive } from './check-wal-archive.ts';
import type { Context, PolicyResult } from './context.ts';
import { findingOf } from './finding.ts';
import type { Observed } from './outcome.ts';
import type { PolicyRecord } from './seen-ledger.ts';

/** Where a policy's backups are; what is remembered of it holds for this place alone. */
export const placeOf = (policy: BackupPolicy): string => {
  switch (policy.store) {
    case 's3':
      return formatLocation(policy.location);
    case 'snapshots':
      return `${policy.kind}/${policy.source}`;
    case 'external':
      return policy.heldIn;
  }
};

const checkExternal = (policy: ExternalBackup, { region }: Context): PolicyResult => ({
  findings: [
    findingOf(
      policy,
      'backup-freshness',
      '',
      { region },
      {
        verdict: 'unknown',
        reason: 'not-observable',
        summary: `${policy.name}: is kept in ${policy.heldIn}; no check here can look at it`,
        expected: { heldIn: policy.heldIn, schedule: policy.schedule.text },
        observed: {},
      },
    ),
  ],
  announcements: [],
});

/** Looks at every promise about one backup. */
export const checkPolicy = async (
  policy: BackupPolicy,
  remembered: Observed<PolicyRecord>,
  context: Context,
): Promise<PolicyResult> => {
  switch (policy.store) {
    case 'external':
      return checkExternal(policy, context);
    case 'snapshots':
      return checkSnapshots(policy, remembered, context);
    case 's3':
      return policy.kind === 'wal'
        ? checkWalArchive(policy, remembered, context)
        : checkStored(policy, remembered, context);
  }
};
