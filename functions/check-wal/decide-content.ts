import type { StoredBackup } from '../../shared/plan/plan.ts';
import { versionOf } from '../../shared/postgres-wal/page-header.ts';
import { adviseMending } from './advise-mending.ts';
import { MENDED } from './compare-rewritten.ts';
import { contentOnRoute, type OnRoute, type Part } from './content-on-route.ts';
import { plural } from './describe-gaps.ts';
import type { Cluster, Finding } from './header-memory.ts';
import type { Judgement } from './judgement.ts';
import { countMarked } from './read-blocks.ts';
import type { HeaderLook } from './read-headers.ts';
import { newestOf, type Survey } from './survey.ts';
import { describeUnread, unreadOf } from './unread-segments.ts';

/** Findings listed in a report; the others are counted. */
const LISTED = 100;

type Said = Pick<Judgement, 'reason' | 'summary' | 'files' | 'action' | 'again'> &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: 'critical' | 'warning' });

const segmentsIn = (parts: readonly Part[]): number =>
  parts.reduce((sum, { segments }) => sum + segments, 0);

const versionText = ({ magic }: Cluster): string => {
  const version = versionOf(magic);
  return version === undefined ? '' : ` (PostgreSQL ${version})`;
};

const range = ({ first, last, segments }: Part): string =>
  segments === 1 ? `segment ${first}` : `${segments} segments ${first} to ${last}`;

const andMore = (count: number): string =>
  count === 0
    ? ''
    : `; ${plural(count, 'more segment')} of this archive must not be replayed either`;

/** Nothing is lost; but somebody wrote to a name that no archive_command writes to twice. */
const mended = (policy: StoredBackup, { name, detail }: Finding, others: number): Said => ({
  verdict: 'fail',
  severity: 'warning',
  reason: 'overwritten',
  summary: `${policy.name}: segment ${name} was replaced: ${detail}${others === 0 ? '' : `; so ${others === 1 ? 'was' : 'were'} ${plural(others, 'more segment')}`}`,
  files: [name],
  action: `Where you put it right, delete the older version of ${name}, or wait until the bucket's lifecycle does. Otherwise find out what wrote it: two servers that archive into one folder overwrite each other.`,
});

const broken = (policy: StoredBackup, { bad, foreign, findings }: OnRoute): Said | undefined => {
  const [part] = bad;
  if (part === undefined) return undefined;
  const [one] = findings;
  const isMended = findings.every(({ finding }) => finding === MENDED) && foreign.length === 0;
  if (one !== undefined && isMended && segmentsIn(bad) === findings.length) {
    return mended(policy, one, findings.length - 1);
  }
  const finding: Finding = findings.find((some) => some.finding !== MENDED) ?? {
    name: part.first,
    finding: 'not-wal',
    detail: '',
  };
  const others = segmentsIn(bad) - 1 + foreign.reduce((sum, one) => sum + segmentsIn(one.parts), 0);
  return {
    verdict: 'fail',
    severity: policy.severity,
    reason: finding.finding,
    summary: `${policy.name}: segment ${finding.name} cannot be replayed: ${finding.detail}${andMore(others)}`,
    files: [finding.name],
    ...adviseMending(policy, finding, bad),
  };
};

const strange = (
  policy: StoredBackup,
  { foreign }: OnRoute,
  cluster: Cluster | undefined,
): Said | undefined => {
  const [one] = foreign;
  const part = one?.parts[0];
  if (one === undefined || part === undefined || cluster === undefined) return undefined;
  const same = one.cluster.systemIdentifier === cluster.systemIdentifier;
  const who = same
    ? `by another major version${versionText(one.cluster)} than the others${versionText(cluster)}`
    : `by the cluster ${one.cluster.systemIdentifier}${versionText(one.cluster)}, and this archive is of ${cluster.systemIdentifier}${versionText(cluster)}`;
  const others = foreign.reduce((sum, { parts }) => sum + segmentsIn(parts), 0) - part.segments;
  return {
    verdict: 'fail',
    severity: policy.severity,
    reason: same ? 'mixed-versions' : 'foreign-cluster',
    summary: `${policy.name}: ${range(part)} ${part.segments === 1 ? 'was' : 'were'} written ${who}${andMore(others)}`,
    files: [part.first],
    action:
      'Give each server a folder of its own, and take a base backup of each. After pg_upgrade or a new initdb archive into a new folder: base backups from before cannot be rolled forward with the new WAL.',
  };
};

const empty = (policy: StoredBackup, survey: Survey): Said => ({
  verdict: 'unknown',
  reason: survey.seen.foreign === undefined ? 'nothing-archived' : 'foreign-naming',
  summary: `${policy.name}: no WAL segment is there, so there is no content to judge`,
});

const whole = (policy: StoredBackup, read: number): Said => ({
  verdict: 'pass',
  reason: 'headers-right',
  summary: `${policy.name}: the headers of all ${plural(read, 'segment file')} are those that their names say, of one cluster`,
});

/** How much of the archive was walked record by record; nothing where no walk was made. */
const deepMeasurements = ({ seen }: Survey, { deep }: HeaderLook): Judgement['measurements'] => {
  if (deep === undefined) return [];
  const files = [...seen.timelines.values()].reduce((sum, one) => sum + one.files, 0);
  const walked = deep.memory.days.reduce((sum, [, segments]) => sum + segments, 0);
  const share = files === 0 ? 0 : Math.min(100, Math.round((1_000 * walked) / files) / 10);
  const { lastCommit } = deep.memory;
  return [
    { name: 'segments-walked', value: deep.look.walked, unit: 'segments' },
    { name: 'segments-to-walk', value: deep.look.left, unit: 'segments' },
    { name: 'walked-in-7-days', value: share, unit: 'percent' },
    ...(lastCommit === undefined
      ? []
      : [
          {
            name: 'last-commit-walked',
            value: Math.round(lastCommit / 1_000),
            unit: 'seconds-since-1970',
          },
        ]),
  ];
};

/**
 * Whether every segment is what its name says, by the 40 bytes that PostgreSQL begins it with: WAL at
 * all, of this cluster, this segment size, this place and this timeline. Never a pass for what was not
 * read; what was found is said although something else could not be read.
 */
export const decideContent = (
  policy: StoredBackup,
  survey: Survey,
  look: HeaderLook,
): Judgement => {
  const { memory, left } = look;
  const found = contentOnRoute(survey, memory, look.deep?.memory.forms);
  const unread = unreadOf(policy, survey, look);
  const read = [...memory.forms.values()].reduce((sum, one) => sum + countMarked(one, 'read'), 0);
  const bad = segmentsIn(found.bad);
  const foreign = found.foreign.reduce((sum, { parts }) => sum + segmentsIn(parts), 0);
  const said =
    newestOf(survey.seen) === undefined
      ? empty(policy, survey)
      : (broken(policy, found) ??
        strange(policy, found, memory.cluster) ??
        describeUnread(policy, unread, read) ??
        whole(policy, read));
  return {
    check: 'wal-content',
    ...said,
    expected: { systemIdentifier: memory.cluster?.systemIdentifier.toString() ?? null },
    observed: {
      postgres: (memory.cluster && versionOf(memory.cluster.magic)) ?? null,
      bad: found.bad.slice(0, LISTED),
      findings: found.findings.slice(0, LISTED),
      foreign: found.foreign.slice(0, LISTED).map(({ cluster, parts }) => ({
        systemIdentifier: cluster.systemIdentifier.toString(),
        postgres: versionOf(cluster.magic) ?? null,
        segments: segmentsIn(parts),
        parts: parts.slice(0, LISTED),
      })),
      notLookedInto: unread,
      deepTrouble: look.deep?.look.trouble ?? null,
    },
    measurements: [
      { name: 'segments-by-header', value: read, unit: 'segments' },
      { name: 'headers-read', value: look.read, unit: 'segments' },
      { name: 'headers-left', value: left, unit: 'segments' },
      ...deepMeasurements(survey, look),
      { name: 'segments-of-wrong-content', value: bad + foreign, unit: 'segments' },
    ],
  };
};
