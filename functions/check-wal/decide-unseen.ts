import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Judgement } from './judgement.ts';

const ACTIONS: Readonly<Record<AwsFailure['reason'], string>> = {
  'access-denied':
    'Allow s3:ListBucket on the bucket to the role of check-wal, in the bucket policy too where it is of another account.',
  'not-found': 'Create the bucket, or correct the location in the plan.',
  timeout:
    'Look at the health of S3 in the Region. An archive of millions of segments may need a longer timeout of the function.',
  throttled:
    'Nothing, unless it goes on: another program lists or reads the same bucket very often.',
  unavailable: 'Look at the health of S3 in the Region.',
  unreachable: 'Look at the network of the function: S3 needs a way out or a gateway endpoint.',
  'unexpected-error': 'Look at the log of check-wal.',
};

/** What is said of every check where the archive could not be listed: nothing but why. */
export const decideUnseen = (policy: StoredBackup, failure: AwsFailure): Judgement[] => {
  const common = {
    verdict: 'unknown' as const,
    reason: failure.reason,
    summary: `${policy.name}: ${formatLocation(policy.location)} could not be listed: ${failure.message}`,
    expected: {},
    observed: {},
    measurements: [],
    action: ACTIONS[failure.reason],
  } satisfies Partial<Judgement>;
  return [
    { ...common, check: 'wal-freshness', promise: 'fresh' },
    { ...common, check: 'wal-continuity' },
    { ...common, check: 'wal-segment-size' },
    { ...common, check: 'wal-content' },
    { ...common, check: 'wal-recovery-window' },
  ];
};
