import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { Freshness, StoredBackup } from '../../shared/plan/plan.ts';
import { describeForeign } from '../../shared/postgres-wal/foreign-naming.ts';
import { divergence } from '../../shared/postgres-wal/live-timelines.ts';
import type { Judgement } from './judgement.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';

const CHECK = { check: 'wal-freshness', promise: 'fresh' } as const;

const limits = (fresh: Freshness | undefined) =>
  fresh === undefined
    ? {}
    : {
        within: formatDuration(fresh.withinSeconds),
        ...(fresh.criticalAfterSeconds && {
          criticalAfter: formatDuration(fresh.criticalAfterSeconds),
        }),
      };

/** Nothing that counts as a segment: an empty folder, or one that is kept by rules of its own. */
const nothingArchived = (policy: StoredBackup, { seen }: Survey): Judgement => {
  const common = {
    ...CHECK,
    expected: limits(policy.fresh),
    observed: { segments: 0, partials: seen.partials, others: seen.others },
    measurements: [{ name: 'segments', value: 0, unit: 'segments' }],
  };
  if (seen.foreign !== undefined) {
    const { tool, example } = seen.foreign;
    const said = describeForeign(example);
    return {
      ...common,
      verdict: 'unknown',
      reason: 'foreign-naming',
      summary: `${policy.name}: the folder is laid out by ${tool}: ${example} is ${said?.what ?? 'one of its files'}, which is not read here`,
      files: [example],
      action: said?.action ?? `Check this folder with ${tool}.`,
    };
  }
  const instead =
    seen.partials > 0
      ? 'only a partial one is there'
      : seen.otherExample && `there are ${seen.others} other files, such as ${seen.otherExample}`;
  return {
    ...common,
    verdict: 'fail',
    severity: policy.severity,
    reason: 'nothing-archived',
    summary: `${policy.name}: no WAL segment has been archived${instead ? `: ${instead}` : ''}`,
    action:
      'Look at pg_stat_archiver on the server, and at archive_mode, archive_command and the folder that they name.',
  };
};

const severityAt = (age: number, fresh: Freshness): 'critical' | 'warning' =>
  fresh.criticalAfterSeconds !== undefined && age > fresh.criticalAfterSeconds
    ? 'critical'
    : fresh.severity;

/**
 * Whether the newest segment is young enough. It is the highest one of the timeline whose end was
 * uploaded last: within a timeline, a late upload of an older one proves nothing about the end.
 */
export const decideFreshness = (policy: StoredBackup, survey: Survey, now: Date): Judgement => {
  const newest = newestOf(survey.seen);
  if (newest === undefined) return nothingArchived(policy, survey);
  const age = Math.max(0, (now.getTime() - newest.at) / 1_000);
  const { fresh } = policy;
  const common = {
    ...CHECK,
    expected: limits(fresh),
    observed: { newest: newest.name, archivedAt: new Date(newest.at).toISOString() },
    measurements: [{ name: 'newest-age', value: Math.round(age), unit: 'seconds' }],
    files: [newest.name],
  };
  const diverged = divergence(archiveOf(survey));
  const aside = diverged === undefined ? '' : ` (timeline ${diverged.latest} is higher, but older)`;
  const what = `${policy.name}: the newest segment ${newest.name} was archived ${formatAge(age)} ago${aside}`;
  if (fresh === undefined) {
    return { ...common, verdict: 'pass', reason: 'archived', summary: what };
  }
  const limit = `within ${formatDuration(fresh.withinSeconds)} is promised`;
  if (age <= fresh.withinSeconds) {
    return { ...common, verdict: 'pass', reason: 'fresh', summary: `${what}; ${limit}` };
  }
  return {
    ...common,
    verdict: 'fail',
    severity: severityAt(age, fresh),
    reason: 'stale',
    summary: `${what}; ${limit}`,
    action:
      'Look at pg_stat_archiver on the server: failed_count and last_failed_wal say whether archiving fails. A server that wrote nothing archives nothing, whatever its archive_timeout.',
  };
};
