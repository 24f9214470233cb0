import { formatDuration } from '../../shared/plan/duration.ts';
import type { Location } from '../../shared/plan/location.ts';
import type { Severity, StoredBackup } from '../../shared/plan/plan.ts';
import type { Outcome } from './outcome.ts';

const DAY = 86_400;

/** A lifecycle rule as far as it says when objects go. */
export type LifecycleRule = {
  id: string;
  enabled: boolean;
  prefix: string;
  /** It also filters by tags or size, so it may not cover every object. */
  partial: boolean;
  expireDays?: number;
  noncurrentDays?: number;
};

const covers = (prefix: string, location: Location): boolean => location.prefix.startsWith(prefix);

type Term = {
  what: string;
  reason: string;
  wanted: number;
  daysOf: (rule: LifecycleRule) => number | undefined;
};

type Deviation = { reason: string; severity: Severity; words: string };

const plural = (days: number): string => `${days} day${days === 1 ? '' : 's'}`;

const deviation = (
  { what, reason, wanted, daysOf }: Term,
  inForce: readonly LifecycleRule[],
  severity: Severity,
): Deviation[] => {
  const set = inForce.map(daysOf).filter((count) => count !== undefined);
  // Where several rules cover an object, S3 takes the shortest.
  const actual = set.length === 0 ? undefined : Math.min(...set);
  if (actual === wanted) return [];
  if (actual === undefined) {
    const words = `no lifecycle rule makes ${what} expire after ${plural(wanted)}`;
    return [{ reason: `${reason}-missing`, severity: 'warning', words }];
  }
  const words = `${what} expire after ${plural(actual)}, the plan says ${plural(wanted)}`;
  return actual < wanted
    ? [{ reason: `${reason}-too-early`, severity, words }]
    : [{ reason: `${reason}-too-late`, severity: 'warning', words }];
};

type Policy = Pick<StoredBackup, 'name' | 'location' | 'match' | 'lifecycle' | 'severity'>;

/** Whether a rule is for some objects of a backup, as far as names tell, and not for all of them. */
const coversPart = (
  { prefix, partial }: LifecycleRule,
  { location, match = '*' }: Policy,
  nested: readonly Location[],
): boolean => {
  if (covers(prefix, location)) return partial;
  if (!prefix.startsWith(location.prefix)) return false;
  if (nested.some((other) => prefix.startsWith(other.prefix))) return false;
  const [head = ''] = match.split('*');
  const below = prefix.slice(location.prefix.length);
  return head.startsWith(below) || (match.includes('*') && below.startsWith(head));
};

/** Rules that let a part of the backups go too early. Who made one may have meant it: a warning. */
const partlyTooEarly = (
  { what, reason, wanted, daysOf }: Term,
  rules: readonly LifecycleRule[],
  { location }: Policy,
): Deviation[] =>
  rules.flatMap((rule) => {
    const days = daysOf(rule);
    if (days === undefined || days >= wanted) return [];
    const some = rule.partial ? ' of some tags or sizes' : '';
    const where = covers(rule.prefix, location) ? '' : ` below ${rule.prefix}`;
    const words = `the rule ${rule.id || 'without a name'} makes ${what}${some}${where} expire after ${plural(days)}, the plan says ${plural(wanted)}`;
    return [{ reason: `${reason}-partly-too-early`, severity: 'warning', words }];
  });

/**
 * Compares the bucket's enabled rules with the plan: those that cover the whole location, and those for a part
 * of it that take objects too early. Lifecycle counts whole days, so a plan's duration is rounded up to them.
 *
 * @param nested locations of other backups in this bucket, below this one's: rules for those are theirs.
 */
export const decideLifecycle = (
  policy: Policy,
  rules: readonly LifecycleRule[],
  nested: readonly Location[],
): Outcome => {
  const { name, location, lifecycle, severity } = policy;
  const enabled = rules.filter((rule) => rule.enabled);
  const inForce = enabled.filter((rule) => !rule.partial && covers(rule.prefix, location));
  const narrow = enabled.filter((rule) => coversPart(rule, policy, nested));
  const promised: Term[] = [
    {
      what: 'objects',
      reason: 'expiry',
      wanted: Math.ceil((lifecycle?.expireAfterSeconds ?? 0) / DAY),
      daysOf: (rule) => rule.expireDays,
    },
    {
      what: 'noncurrent versions',
      reason: 'noncurrent-expiry',
      wanted: Math.ceil((lifecycle?.noncurrentExpireAfterSeconds ?? 0) / DAY),
      daysOf: (rule) => rule.noncurrentDays,
    },
  ];
  const terms = promised.filter(({ wanted }) => wanted > 0);
  const wrong = [
    ...terms.flatMap((term) => deviation(term, inForce, severity)),
    ...terms.flatMap((term) => partlyTooEarly(term, narrow, policy)),
  ];
  const said = {
    expected: {
      ...(lifecycle?.expireAfterSeconds && {
        expireAfter: formatDuration(lifecycle.expireAfterSeconds),
      }),
      ...(lifecycle?.noncurrentExpireAfterSeconds && {
        noncurrentExpireAfter: formatDuration(lifecycle.noncurrentExpireAfterSeconds),
      }),
    },
    observed: { rules },
  };
  const where = `${location.bucket}/${location.prefix}`;
  const [worst] = wrong.sort(
    (a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'),
  );
  if (worst === undefined) {
    const summary = `${name}: the lifecycle of ${where} is as planned`;
    return { ...said, verdict: 'pass', reason: 'as-planned', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity: worst.severity,
    reason: worst.reason,
    summary: `${name}: in ${where} ${wrong.map(({ words }) => words).join('; ')}`,
    action: `Correct the lifecycle configuration of the bucket ${location.bucket} (aws s3api get-bucket-lifecycle-configuration --bucket ${location.bucket}), or the plan.`,
  };
};
