import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { makeContentsReport } from './contents-report.ts';
import { isComparable, isMadeBeside } from './decide-comparison.ts';
import { decideContents } from './decide-contents.ts';
import { writtenAs } from './decide-size.ts';
import { endsFinding } from './decide-standing.ts';
import type { Newest, Problem } from './ledger-records.ts';
import type { StoredObject } from './object-client.ts';
import { contentsConditionsOf } from './reader.ts';
import { publishReport, type Services } from './services.ts';
import { isSameBackup } from './verification-ledger.ts';
import { rememberContents, type Verified } from './verified.ts';
import type { Walk } from './walk-backup.ts';

/** A backup that was read to its end and is whole. */
export type Whole = {
  backup: StoredBackup;
  place: 'location' | 'copy';
  /** Its key below that place. */
  name: string;
  object: StoredObject;
  walk: Walk;
  series: string;
};

/** The sweep looks at standing problems every 15 minutes; twice that is late. */
const PROBLEM_RECHECK_MS = 30 * 60_000;

/** The one that it is judged by: at a second reading of the newest, the same as at the first. */
const previousOf = (newest: Newest | undefined, dated: Pick<Verified, 'key' | 'lastModified'>) => {
  if (newest === undefined) return undefined;
  const previous = isSameBackup(newest, dated) ? newest.before : newest;
  return previous && previous.lastModified < dated.lastModified ? previous : undefined;
};

/** A copy holds what its original holds, and only databases are series that grow and stay. */
const isJudged = ({ backup, place }: Whole): boolean =>
  place === 'location' && (backup.kind === 'pg-dump' || backup.kind === 'base-backup');

/** Whether a report would hide what still stands of its series: the sweep goes on to say that. */
const isQuieter = (report: CheckReport, stands: Problem): boolean =>
  report.verdict === 'pass' ||
  (report.severity !== 'critical' && stands.report.severity === 'critical');

const settle = async (
  services: Services,
  whole: Whole,
  report: CheckReport,
  found: Pick<Problem, 'isAlone'>,
): Promise<void> => {
  const { ledger } = services;
  const { backup, object, series } = whole;
  if (report.verdict === 'pass') {
    if ((await ledger.problem({ series })) !== undefined) await ledger.clearProblem({ series });
    return;
  }
  const { fingerprint, reader } = contentsConditionsOf(services, object, backup);
  await ledger.recordProblem({
    fingerprint,
    reader,
    bucket: object.bucket,
    key: object.key,
    backup: backup.name,
    since: report.checkedAt,
    lastModified: object.lastModified.toISOString(),
    etag: object.etag,
    report,
    series,
    ...found,
  });
};

type Compared = { before: Verified | undefined; previous: Verified | undefined };

/** What a backup holds, held against the plan and against the one before it where the two can be compared. */
const reportOn = (
  { plan, region, stage }: Services,
  { backup, name, object, walk, series }: Whole,
  contents: Verified['contents'],
  { before, previous }: Compared,
  now: Date,
): CheckReport => {
  const { bucket, key, versionId, lastModified } = object;
  const hasWalArchive = plan.backups.some(({ kind }) => kind === 'wal');
  const beside = previous === undefined ? before : undefined;
  const about = { backup, key, name, lastModified, walk, contents, previous, hasWalArchive };
  const input = { ...about, ...(beside && { beside }) };
  const findings = decideContents(input);
  const recheckMs = findings.length > 0 ? PROBLEM_RECHECK_MS : backup.rereadSeconds * 1000;
  const nextCheckBy = new Date(now.getTime() + recheckMs);
  const place = { series, bucket, versionId, region, stage };
  return makeContentsReport({ input, findings, ...place, now, nextCheckBy });
};

/** Publishes and records a report, unless it would hide what still stands of the series. */
const tell = async (
  services: Services,
  whole: Whole,
  report: CheckReport,
  { before, previous }: Compared,
  run: Run,
): Promise<void> => {
  const { backup, object, series } = whole;
  const dated = { key: object.key, lastModified: object.lastModified.toISOString() };
  const stood = await services.ledger.problem({ series });
  const stands = stood && !endsFinding(stood, { ...dated, before }, backup) ? stood : undefined;
  if (stands !== undefined && isQuieter(report, stands)) return;
  await publishReport(services, report, run);
  const isAlone = previous === undefined && (stands === undefined || stands.isAlone === true);
  await settle(services, whole, report, { isAlone });
};

/**
 * Compares what a whole backup holds with the plan and with the one before it, publishes a report over its
 * series, and remembers it for the next. Only the newest of a series is judged: an old one that is read
 * again says nothing new. May be called twice.
 */
export const judgeContents = async (services: Services, whole: Whole, run: Run): Promise<void> => {
  const { backup, object, walk, series } = whole;
  const { key } = object;
  const lastModified = object.lastModified.toISOString();
  const newest = await services.ledger.verified(backup.name, series);
  if (newest !== undefined && newest.lastModified > lastModified) return;
  const dated = { key, lastModified };
  const before = previousOf(newest, dated);
  const previous = before && isComparable(backup, dated, before) ? before : undefined;
  const contents =
    isJudged(whole) && walk.contents
      ? rememberContents(walk.contents, lastModified, before?.contents)
      : undefined;
  if (isJudged(whole)) {
    const compared = { before, previous };
    const report = reportOn(services, whole, contents, compared, run.now());
    await tell(services, whole, report, compared, run);
  }
  await services.ledger.recordVerified(backup.name, series, {
    key,
    lastModified,
    plainBytes: walk.plainBytes,
    written: writtenAs(walk),
    ...(before && isMadeBeside(backup, dated, before) && { isBeside: true }),
    contents,
  });
};
