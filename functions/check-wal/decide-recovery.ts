import { formatDuration } from '../../shared/plan/duration.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { type AchievedRpo, achievedRpo } from '../../shared/postgres-wal/achieved-rpo.ts';
import { leftBehind } from '../../shared/postgres-wal/left-behind.ts';
import { formatLsn, segmentOf } from '../../shared/postgres-wal/lsn.ts';
import {
  type Hole,
  type RecoveryWindow,
  recoveryWindows,
  type SegmentTime,
  type WindowEnd,
} from '../../shared/postgres-wal/recovery-windows.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { isAcknowledged } from './acknowledged-gaps.ts';
import { brokenSegments } from './broken-segments.ts';
import { expiredBefore } from './decide-expiry.ts';
import type { DeepMemory } from './deep-memory.ts';
import { plural } from './describe-gaps.ts';
import type { HeaderMemory } from './header-memory.ts';
import type { Judgement } from './judgement.ts';
import { archiveOf, type Survey } from './survey.ts';

/** Windows listed in a report, the youngest base backups first. */
const LISTED = 50;

type Said = Pick<Judgement, 'reason' | 'summary' | 'files' | 'action'> &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: 'critical' | 'warning' });

const time = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString();

const words = ({ first, last, kind }: Hole): string =>
  `${first === last ? first : `${first} to ${last}`} ${kind === 'missing' ? (first === last ? 'is missing' : 'are missing') : 'cannot be read'}`;

/** When it was archived says nothing of a segment in the middle: the time is that of an earlier one. */
const endTime = ({ time: end }: WindowEnd): string | null =>
  time(end?.means === 'archived-later' ? undefined : end?.at);

/** The transactions that walks through the segments at the ends of the windows came to. */
const timesOf =
  ({ segmentSize }: Survey, ends: DeepMemory['ends']) =>
  (timeline: number, number: bigint): SegmentTime | undefined => {
    const segment = formatSegmentName({ timeline, number }, segmentSize);
    const at = ends.find(({ name }) => name.startsWith(segment))?.at;
    return at === undefined ? undefined : { at, means: 'last-transaction' };
  };

const listed = (window: RecoveryWindow) => ({
  backup: window.backup.name,
  timeline: window.timeline,
  state: window.state,
  ...(window.state === 'incomplete'
    ? { without: words(window.missing) }
    : {
        from: window.state === 'usable' ? time(window.from.at) : null,
        fromLsn: formatLsn(window.state === 'usable' ? window.from.lsn : window.backup.start),
        to: endTime(window.to),
        toSegment: window.to.segment,
        endedBy: window.endedBy === undefined ? null : words(window.endedBy),
      }),
});

const MEND =
  "Copy it again from the server's pg_wal, or from where pg_receivewal writes, while it is still there; otherwise take a new base backup now.";

/** Its last segment may still be on the way. */
const isOnItsWay = (survey: Survey, { timeline, range }: Hole): boolean =>
  range.from > (survey.seen.timelines.get(timeline)?.newest?.number ?? 0n);

type Facts = {
  policy: StoredBackup;
  survey: Survey;
  now: Date;
  windows: RecoveryWindow[];
  rpo: AchievedRpo;
};

const incomplete = ({ policy, survey, now, windows }: Facts): Said | undefined => {
  const expired = expiredBefore(policy, now);
  const isLeftBehind = leftBehind(archiveOf(survey));
  const at = new Map(survey.labels.map(({ backup, at }) => [backup.name, at]));
  const broken = windows.flatMap((window) =>
    window.state === 'incomplete' &&
    !isOnItsWay(survey, window.missing) &&
    !isLeftBehind(segmentOf(window.backup.start, survey.segmentSize)) &&
    !isAcknowledged(policy, window.missing, survey.segmentSize, now) &&
    (at.get(window.backup.name) ?? 0) >= expired
      ? [window]
      : [],
  );
  const [one] = broken;
  if (one === undefined) return undefined;
  const more = broken.length - 1;
  return {
    verdict: 'fail',
    severity: policy.severity,
    reason: 'base-backup-incomplete',
    summary: `${policy.name}: the base backup ${one.backup.name} cannot be restored: of the WAL that it needs to be consistent, ${words(one.missing)}${more === 0 ? '' : `; ${plural(more, 'more base backup')} cannot be restored either`}`,
    files: [one.backup.name],
    action: MEND,
  };
};

const usable = (facts: Facts, rpoSeconds: number | undefined): Said => {
  const { policy, survey, now, rpo, windows } = facts;
  if (!rpo.known) {
    const reason = rpo.reason;
    const why = {
      'no-base-backup': 'no base backup is known in it, and without one WAL recovers nothing',
      'no-usable-base-backup': 'of no base backup is it known where it ends',
      'time-not-known': 'it is not known when its last segment was archived',
    }[reason];
    return {
      verdict: 'unknown',
      reason,
      summary: `${policy.name}: to when this archive can be recovered is not known: ${why}`,
      action:
        'Take base backups with pg_basebackup or pg_backup_start and pg_backup_stop: each leaves a .backup file in the archive, which says the WAL that it needs.',
    };
  }
  const { window, seconds } = rpo;
  const since = window.state === 'usable' ? time(window.from.at) : null;
  const to = window.state === 'incomplete' ? undefined : window.to;
  const at = to && endTime(to);
  const until = at ? `${to?.segment} (${at})` : to?.segment;
  const goal =
    rpoSeconds !== undefined && seconds > rpoSeconds
      ? `, and ${formatDuration(rpoSeconds)} is the objective`
      : '';
  const count = windows.filter(({ state }) => state === 'usable').length;
  const summary = `${policy.name}: a recovery reaches ${until} from ${window.backup.name}${since === null ? '' : `, and any moment since ${since}`}; a disaster now would lose ${formatDuration(Math.ceil(seconds / 60) * 60)} at most${goal}`;
  const hole = window.state === 'incomplete' ? undefined : window.endedBy;
  if (hole === undefined) {
    return {
      verdict: 'pass',
      reason: 'recoverable',
      summary: `${summary} (${plural(count, 'base backup')})`,
    };
  }
  const loss = isAcknowledged(policy, hole, survey.segmentSize, now);
  const because = `${summary}: ${words(hole)}`;
  if (loss !== undefined) {
    const known = `, which ${loss.owner} acknowledged until ${loss.until}; a new base backup ends that`;
    return { verdict: 'pass', reason: 'acknowledged', summary: because + known };
  }
  return {
    verdict: 'fail',
    // wal-continuity, wal-content or wal-segment-size names the segment as loudly as the plan wants.
    severity: 'warning',
    reason: 'window-broken',
    summary: because,
    files: [hole.first],
    action: MEND,
  };
};

type Known = {
  headers: HeaderMemory;
  deep?: Pick<DeepMemory, 'forms' | 'ends'>;
  rpoSeconds?: number;
  now: Date;
};

/**
 * From when to when the archive can be recovered, for each base backup that its `.backup` files name, and
 * what a disaster now would lose. A recovery point that is only old is `wal-freshness`'s alert, not this
 * one's.
 */
export const decideRecovery = (
  policy: StoredBackup,
  survey: Survey,
  { headers, deep, rpoSeconds, now }: Known,
): Judgement => {
  const archive = {
    ...archiveOf(survey),
    broken: brokenSegments(survey, headers, deep?.forms),
    timeOf: timesOf(survey, deep?.ends ?? []),
  };
  const backups = survey.labels.map(({ backup }) => backup);
  const windows = recoveryWindows(archive, backups);
  const rpo = achievedRpo(windows, now.getTime());
  const facts = { policy, survey, now, windows, rpo };
  return {
    check: 'wal-recovery-window',
    ...(incomplete(facts) ?? usable(facts, rpoSeconds)),
    expected: { rpoSeconds: rpoSeconds ?? null },
    observed: {
      windows: windows.slice(0, LISTED).map(listed),
      baseBackups: survey.seen.labels.length,
    },
    measurements: [
      { name: 'base-backups', value: survey.seen.labels.length, unit: 'backups' },
      ...(rpo.known
        ? [{ name: 'rpo-achieved', value: Math.round(rpo.seconds), unit: 'seconds' }]
        : []),
    ],
  };
};
