import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { decideVerdict, type Reading } from './decide-verdict.ts';
import { describeFailure } from './end-reading.ts';
import { judgeContents } from './judge-contents.ts';
import { makeReport } from './make-report.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { readBackup } from './read-backup.ts';
import { recordReport } from './record-report.ts';
import { seriesOf } from './series.ts';
import { publishReport, type Services } from './services.ts';
import { fingerprint, type Reading as Known } from './verification-ledger.ts';

/** What became of one object. `ignored` names why nothing was read. */
export type Outcome =
  | { outcome: 'ignored'; reason: 'outside-policy' | 'judged-by-check-wal' | 'superseded-version' }
  | { outcome: 'already-read' | 'reported'; report: CheckReport };

/** Left for publishing and for the ledger when time runs out. */
const RESERVE_MS = 10_000;
/** The sweep looks at standing problems every 15 minutes; twice that is late. */
const PROBLEM_RECHECK_MS = 30 * 60_000;

/** Sooner than this after a reading, a command to read again is the same one, delivered twice. */
const REREAD_GUARD_MS = 12 * 3_600_000;

/**
 * Whoever says that an object is due to be read again knows its period, and comes somewhat early so that
 * the plan's time is kept. Anybody else gets a second reading only when that time is over.
 */
const isFresh = (readAt: string, backup: StoredBackup, { cause }: Target, now: Date): boolean => {
  const period = backup.rereadSeconds * 1000;
  const limit = cause === 'reread' ? Math.min(REREAD_GUARD_MS, period / 2) : period;
  return now.getTime() - Date.parse(readAt) < limit;
};

/** A second reading is judged in the series of the first. */
const seriesFor = (object: StoredObject, known: Known | undefined): string => {
  const isSame = known?.lastModified === object.lastModified.toISOString();
  return (isSame ? known.series : undefined) ?? seriesOf(object, known !== undefined && !isSame);
};

/** The newest version of a key, whichever version somebody announced. */
const lookUp = async (
  { objects }: Services,
  { bucket, key }: Target,
): Promise<StoredObject | Reading> => {
  try {
    return await objects.head({ bucket, key });
  } catch (error) {
    return describeFailure(error);
  }
};

/**
 * Verifies the newest version of one object and publishes a report, unless the ledger says that it was
 * read within the plan's `reread` time. May be called twice for one object: the second call reads
 * nothing. A late announcement of an older version says nothing about the key, so it is passed over.
 *
 * @throws where the report could not be published or recorded: the message then comes back.
 */
export const verifyObject = async (
  services: Services,
  target: Target,
  run: Run,
  { force = false }: { force?: boolean } = {},
): Promise<Outcome> => {
  const match = matchBackup(services.plan, target.bucket, target.key);
  if (match === undefined) return { outcome: 'ignored', reason: 'outside-policy' };
  const { backup } = match;
  if (backup.kind === 'wal') return { outcome: 'ignored', reason: 'judged-by-check-wal' };

  const found = await lookUp(services, target);
  const object = 'ended' in found ? undefined : found;
  if (
    object?.versionId !== undefined &&
    (target.versionId ?? object.versionId) !== object.versionId
  ) {
    return { outcome: 'ignored', reason: 'superseded-version' };
  }
  const known = object && (await services.ledger.reading(target));
  const isKnown = object !== undefined && known?.fingerprint === fingerprint(object, backup);
  if (
    known !== undefined &&
    isKnown &&
    !force &&
    isFresh(known.readAt, backup, target, run.now())
  ) {
    return { outcome: 'already-read', report: known.report };
  }
  const started = run.now().getTime();
  const budget = run.remainingMs() - RESERVE_MS;
  const reading = 'ended' in found ? found : await readBackup(services, found, backup, budget);
  const judgement = decideVerdict(backup, reading);
  const now = run.now();
  const isSettled =
    judgement.verdict === 'pass' || (reading.ended === 'not-seen' && !reading.retry);
  const recheckMs = isSettled ? backup.rereadSeconds * 1000 : PROBLEM_RECHECK_MS;
  const report = makeReport({
    target,
    backup,
    judgement,
    region: services.region,
    now,
    nextCheckBy: new Date(now.getTime() + recheckMs),
    object,
    reading,
    tookMs: now.getTime() - started,
  });
  // While this one was read another may have read a newer version: what is older is not said.
  const since = object && (await services.ledger.reading(target));
  if (object !== undefined && (since?.lastModified ?? '') > object.lastModified.toISOString()) {
    return { outcome: 'ignored', reason: 'superseded-version' };
  }
  await publishReport(services, report, run);
  const series = object && seriesFor(object, known);
  if (object !== undefined && series !== undefined && reading.ended === 'walked') {
    const { place, name } = match;
    await judgeContents(services, { backup, place, name, object, walk: reading.walk, series }, run);
  }
  await recordReport(services, run, { report, backup, object, target, reading, series });
  run.log.info('An object was verified', {
    report: report.summary,
    verdict: report.verdict,
    reason: report.reason,
  });
  return { outcome: 'reported', report };
};
