import { copyAllowance } from '../../shared/plan/copy-allowance.ts';
import { formatLocation, type Location } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Context } from './context.ts';
import { decideCopy, pairsToCompare } from './decide-copy.ts';
import { type DigestVerdict, decideDigest } from './decide-digest.ts';
import { ageSeconds } from './decide-freshness.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import type { Outcome, Trouble } from './outcome.ts';
import { type OwnObject, ownObjects } from './own-objects.ts';
import { longestSeconds } from './retention-bounds.ts';
import type { Compared } from './seen-ledger.ts';

/** Two HEAD requests each. What is left is compared by the next runs, and remembered. */
const PAIRS_PER_RUN = 20;

type Digests = {
  digests: Map<string, DigestVerdict | 'not-yet'>;
  compared: Compared;
  trouble?: Trouble;
};

const keyOf = ({ prefix }: Location, name: string): string => `${prefix}${name}`;

const compareDigests = async (
  policy: StoredBackup,
  copy: Location,
  pairs: ReturnType<typeof pairsToCompare>,
  known: Compared,
  { objects }: Context,
): Promise<Digests> => {
  const result: Digests = { digests: new Map(), compared: {} };
  let left = PAIRS_PER_RUN;
  for (const pair of pairs) {
    const { name } = pair.original;
    const before = known[name];
    if (before?.[0] === pair.original.etag && before[1] === pair.copy.etag) {
      result.digests.set(name, before[2]);
      result.compared[name] = before;
      continue;
    }
    result.digests.set(name, 'not-yet');
    if (left === 0 || result.trouble !== undefined) continue;
    left -= 1;
    const original = await objects.head(policy.location.bucket, keyOf(policy.location, name));
    const other = await objects.head(copy.bucket, keyOf(copy, name));
    if ('seen' in original && 'seen' in other) {
      const verdict = decideDigest(original.seen, other.seen);
      result.digests.set(name, verdict);
      result.compared[name] = [pair.original.etag, pair.copy.etag, verdict];
    } else {
      const failed = [original, other].find((found) => 'trouble' in found);
      // One that was deleted meanwhile is the next run's.
      const isGone = failed !== undefined && failed.trouble.reason === 'not-found';
      if (failed !== undefined && !isGone) result.trouble = failed.trouble;
    }
  }
  return result;
};

export type CopyResult = {
  finding: Finding;
  /** What the copy holds of the policy; absent where it could not be listed. */
  held?: OwnObject[];
  /** What to remember of checksums. */
  compared: Compared;
};

/** Looks at one copy location of a policy whose originals are known. */
export const checkCopy = async (
  policy: StoredBackup,
  copy: StoredBackup['copies'][number],
  originals: readonly OwnObject[],
  known: Compared,
  context: Context,
): Promise<CopyResult> => {
  const { name, retain, severity, schedule } = policy;
  const place = formatLocation(copy.location);
  const found = (outcome: Outcome): Finding =>
    findingOf(
      policy,
      'backup-copy',
      'copies',
      { id: `${name}@${place}`, region: context.region },
      outcome,
    );
  const listing = await context.objects.list(copy.location);
  if ('trouble' in listing) {
    const outcome = couldNotLook(name, `the copy in ${place}`, listing.trouble, 's3:ListBucket');
    return { finding: found(outcome), compared: known };
  }
  const held = ownObjects(context.plan, policy, copy.location, listing.seen);
  const copies = new Map(held.map((object) => [object.name, object]));
  const limit = retain === undefined ? Number.POSITIVE_INFINITY : longestSeconds(retain);
  const kept = originals.filter(({ at }) => ageSeconds(at, context.now) <= limit);
  const pairs = pairsToCompare(kept, copies);
  const { digests, compared, trouble } = await compareDigests(
    policy,
    copy.location,
    pairs,
    known,
    context,
  );
  const outcome = decideCopy({
    name,
    place,
    withinSeconds: copyAllowance(copy, context.stage),
    severity,
    onDemand: schedule.trigger === 'on-demand',
    originals: kept,
    copies,
    digests,
    now: context.now,
  });
  const isDark = trouble !== undefined && outcome.verdict === 'unknown';
  const what = `the checksums of the copies in ${place}`;
  return {
    finding: found(isDark ? couldNotLook(name, what, trouble, 's3:GetObject') : outcome),
    held,
    compared,
  };
};
