import type { StoredBackup } from '../../shared/plan/plan.ts';
import { mayBeRollover } from '../../shared/postgres-wal/doubtful-gap.ts';
import { type Continuity, findGaps, type Gap } from '../../shared/postgres-wal/find-gaps.ts';
import { divergence } from '../../shared/postgres-wal/live-timelines.ts';
import { formatTimeline } from '../../shared/postgres-wal/segment-name.ts';
import { countSegments } from '../../shared/postgres-wal/segment-runs.ts';
import {
  describeAcknowledged,
  describeExpired,
  type SortedGaps,
  sortGaps,
} from './acknowledged-gaps.ts';
import { standingGaps } from './decide-expiry.ts';
import { describeGaps, mendGaps, segmentsIn } from './describe-gaps.ts';
import type { Judgement } from './judgement.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';

/** Gaps listed in a report; the others are counted. */
const GAPS_LISTED = 100;

const historyNames = (timelines: readonly number[]): string[] =>
  timelines.map((timeline) => `${formatTimeline(timeline)}.history`);

const segmentsOf = ({ seen }: Survey): number =>
  [...seen.timelines.values()].reduce((sum, { runs }) => sum + Number(countSegments(runs)), 0);

const listGaps = (gaps: readonly Gap[]) =>
  gaps.slice(0, GAPS_LISTED).map(({ first, last, segments, after = null, before = null }) => ({
    first,
    last,
    segments: Number(segments),
    after,
    before,
  }));

/** Named only where the two differ. */
const timelineName = (timeline: number | undefined): string | null =>
  timeline === undefined ? null : formatTimeline(timeline);

const observe = (survey: Survey, found: Continuity, gaps: readonly Gap[]) => ({
  segments: segmentsOf(survey),
  missing: Number(segmentsIn(gaps)),
  gaps: listGaps(gaps),
  oldest: found.oldest ?? null,
  newest: found.newest ?? null,
  timelines: [...survey.seen.timelines.keys()].sort((a, b) => a - b).map(formatTimeline),
  latestTimeline: timelineName(divergence(archiveOf(survey))?.latest),
  liveTimeline: timelineName(divergence(archiveOf(survey))?.live),
  timelinesNotNeeded: found.aside.map(formatTimeline),
  missingHistories: historyNames(found.missingHistories),
  baseBackups: survey.seen.labels.length,
  segmentSizeBytes: survey.segmentSize,
  partials: survey.seen.partials,
  others: survey.seen.others,
  misnamed: survey.seen.misnamed ?? null,
});

/** A `.history` that is there but could not be read: what came before its timeline is not judged. */
const unreadHistory = ({ histories }: Survey, { unreadableHistories }: Continuity) =>
  histories
    .flatMap((one) => ('trouble' in one ? [one] : []))
    .filter(({ timeline }) => unreadableHistories.includes(timeline))
    .sort(({ trouble: { reason } }) => (reason === 'not-a-history' ? -1 : 1))
    .at(0);

type Verdict = Pick<Judgement, 'reason' | 'summary' | 'files' | 'action'> &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: 'critical' | 'warning' });

/** No server goes on with a timeline whose `.history` it cannot read. */
const historyDamaged = (
  { name, severity }: StoredBackup,
  { name: file, trouble }: { name: string; trouble: { message: string } },
): Verdict => ({
  verdict: 'fail',
  severity,
  reason: 'history-damaged',
  summary: `${name}: ${trouble.message}; no recovery follows a timeline by it`,
  files: [file],
  action: `Copy ${file} into the folder from the server's pg_wal, or from any base backup of that timeline, while it is still there; otherwise take a new base backup now.`,
});

/** Nothing is missing, but a recovery that is not told otherwise stops below the timeline. */
const describeHidden = (
  { name }: StoredBackup,
  { from, to, missing }: NonNullable<Continuity['hidden']>,
): Verdict => {
  const file = `${formatTimeline(missing)}.history`;
  return {
    verdict: 'fail',
    severity: 'warning',
    reason: 'history-missing',
    summary: `${name}: ${file} is missing: recovery_target_timeline = 'latest' looks for one timeline after the other, ends before ${missing} and never comes from timeline ${from} to ${to}`,
    files: [file],
    action: `Copy ${file} into the folder from a server's pg_wal or a base backup, or take a new base backup, which begins on timeline ${to}. Until then recover with recovery_target_timeline = '${to}'.`,
  };
};

/** Nothing is missing, but a recovery that is not told otherwise loses what came after the switch. */
const describeDivergence = (
  { name }: StoredBackup,
  { seen }: Survey,
  { latest, live }: { latest: number; live: number },
): Verdict => {
  const end = (timeline: number): string => seen.timelines.get(timeline)?.newest?.name ?? '';
  return {
    verdict: 'fail',
    severity: 'warning',
    reason: 'timelines-diverged',
    summary: `${name}: timeline ${live} is written to (${end(live)}), but recovery_target_timeline = 'latest' follows timeline ${latest}, which ends at ${end(latest)}`,
    files: [end(latest), end(live)],
    action: `Where timeline ${latest} is a test restore, move its files and ${formatTimeline(latest)}.history out of the folder and give test restores an archive_command of their own; where two servers archive into one folder, stop one. Until then recover with recovery_target_timeline = '${live}'.`,
  };
};

/** Every hole that is left would be none if segments were larger, and nothing says that they are not. */
const sizeUnclear = ({ name }: StoredBackup, { segmentSize }: Survey, gap: Gap): Verdict => ({
  verdict: 'unknown',
  reason: 'size-not-known',
  summary: `${name}: ${gap.first} to ${gap.last} are missing if segments have ${segmentSize} bytes, and nothing is missing there if they are larger: neither the plan nor a segment that can be read says how large they are`,
  files: [],
  action: 'Say the segment-size in the plan; SHOW wal_segment_size on the server tells it.',
});

const judge = (
  policy: StoredBackup,
  survey: Survey,
  found: Continuity,
  { open: gaps, doubtful, acknowledged, expired }: SortedGaps & { doubtful: Gap[] },
): Verdict => {
  const missing = historyNames(found.missingHistories);
  if (newestOf(survey.seen) === undefined) {
    const reason = survey.seen.foreign === undefined ? 'nothing-archived' : 'foreign-naming';
    const summary = `${policy.name}: no WAL segment is there, so there is no sequence to judge`;
    return { verdict: 'unknown', reason, summary };
  }
  if (gaps.length > 0 || missing.length > 0) {
    return {
      verdict: 'fail',
      severity: policy.severity,
      reason: gaps.length > 0 ? 'gap' : 'history-missing',
      summary: `${policy.name}: ${describeGaps(gaps, missing)}${describeExpired(expired)}`,
      action: mendGaps(gaps, missing),
    };
  }
  const unread = unreadHistory(survey, found);
  if (unread?.trouble.reason === 'not-a-history') return historyDamaged(policy, unread);
  const [unclear] = doubtful;
  if (unclear !== undefined) return sizeUnclear(policy, survey, unclear);
  if (unread !== undefined) {
    return {
      verdict: 'unknown',
      reason: unread.trouble.reason,
      summary: `${policy.name}: how the timelines follow one another is not known: ${unread.trouble.message}`,
      files: [unread.name],
      action: `Make ${unread.name} readable for check-wal: a plain text file, or one compressed with gzip, brotli or zstd.`,
    };
  }
  const diverged = divergence(archiveOf(survey));
  if (diverged !== undefined) return describeDivergence(policy, survey, diverged);
  if (found.hidden !== undefined) return describeHidden(policy, found.hidden);
  const summary = `${policy.name}: no segment is missing from ${found.oldest} to ${found.newest}`;
  return acknowledged.length === 0
    ? { verdict: 'pass', reason: 'continuous', summary }
    : {
        verdict: 'pass',
        reason: 'acknowledged',
        summary: summary + describeAcknowledged(acknowledged),
      };
};

/**
 * Whether every segment is there that a recovery reads, from the oldest base backup (or the oldest
 * segment) along the timelines to the newest segment.
 */
export const decideContinuity = (policy: StoredBackup, survey: Survey, now: Date): Judgement => {
  const archive = archiveOf(survey);
  const found = findGaps(archive);
  const standing = standingGaps(policy, found.gaps, now);
  const isDoubtful = (gap: Gap): boolean => !survey.sizeKnown && mayBeRollover(gap, archive);
  const certain = standing.filter((gap) => !isDoubtful(gap));
  const sorted = sortGaps(policy, certain, survey.segmentSize, now);
  const { open: gaps, acknowledged } = sorted;
  const doubtful = standing.filter(isDoubtful);
  return {
    check: 'wal-continuity',
    ...judge(policy, survey, found, { ...sorted, doubtful }),
    expected: { missing: 0 },
    observed: {
      ...observe(survey, found, gaps),
      acknowledged: acknowledged.slice(0, GAPS_LISTED).map(({ loss, first, last, segments }) => ({
        first,
        last,
        segments: Number(segments),
        owner: loss.owner,
        reason: loss.reason,
        until: loss.until,
      })),
      gapsIfSizeIsRight: listGaps(doubtful),
    },
    measurements: [
      { name: 'segments', value: segmentsOf(survey), unit: 'segments' },
      { name: 'segments-missing', value: Number(segmentsIn(gaps)), unit: 'segments' },
      {
        name: 'segments-acknowledged',
        value: Number(acknowledged.reduce((sum, { segments }) => sum + segments, 0n)),
        unit: 'segments',
      },
      { name: 'gaps', value: gaps.length, unit: 'gaps' },
    ],
  };
};
