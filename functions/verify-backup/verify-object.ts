import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { isAlreadyRead } from './already-read.ts';
import { awaitArrival } from './await-folder.ts';
import { decideVerdict, type Reading } from './decide-verdict.ts';
import type { Time } from './end-reading.ts';
import { findBackup } from './find-backup.ts';
import { findSeverity } from './find-severity.ts';
import { type FindOptions, type Found, type Passed, passed } from './found-backup.ts';
import { judgeContents } from './judge-contents.ts';
import { isKept, keepVerdict } from './keep-verdict.ts';
import type { Reading as Known } from './ledger-records.ts';
import { makeReport } from './make-report.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { readBackup } from './read-backup.ts';
import { readFolder } from './read-folder.ts';
import { contentsConditionsOf } from './reader.ts';
import { recordReport } from './record-report.ts';
import { seriesOf } from './series.ts';
import { publishReport, type Services } from './services.ts';
import { isFolder } from './stored-folder.ts';

/** What became of one object. `ignored` names why nothing was read. */
export type Outcome = Passed | { outcome: 'already-read' | 'reported'; report: CheckReport };

/** Left for publishing and for the ledger when time runs out. */
const RESERVE_MS = 10_000;
/** The sweep looks at standing problems every 15 minutes; twice that is late. */
const PROBLEM_RECHECK_MS = 30 * 60_000;

/** A second reading is judged in the series of the first. */
const seriesFor = (object: StoredObject, known: Known | undefined): string => {
  const isSame = known?.lastModified === object.lastModified.toISOString();
  return (isSame ? known.series : undefined) ?? seriesOf(object, known !== undefined && !isSame);
};

/** A file that is missing may still be on its way: a folder is then judged later. */
const mayStillCome = async (
  services: Services,
  run: Run,
  { backup, stored }: Found,
  reading: Reading,
): Promise<boolean> => {
  if (stored === undefined || !('members' in stored) || reading.ended !== 'damaged') return false;
  // What a tar of a base backup misses may be in another tar, or in the manifest that comes last.
  const isParted = backup.kind === 'base-backup' && reading.damage === 'truncated';
  if (!isParted && reading.isIncomplete !== true) return false;
  const options = { isWhole: false, isOwn: false };
  return (await awaitArrival(services, run, stored, options)).decision === 'wait';
};

const read = async (
  services: Services,
  { backup, stored, failure }: Found,
  time: Time,
): Promise<Reading> => {
  if (stored === undefined) return failure;
  return 'members' in stored
    ? readFolder(services, stored, backup, time)
    : readBackup(services, stored, backup, time);
};

const mayBeRetried = (reading: Reading): boolean => reading.ended === 'not-seen' && reading.retry;

/**
 * Verifies the newest version of one object and publishes a report, unless the ledger says that it was
 * read within the plan's `reread` time. May be called twice for one object: the second call reads
 * nothing. A late announcement of an older version says nothing about the key, so it is passed over.
 * A part of a backup that is a folder leads to the folder, and to one report over all of it.
 *
 * @throws where the report could not be published or recorded: the message then comes back.
 */
export const verifyObject = async (
  services: Services,
  asked: Target,
  run: Run,
  { force = false, isAgain = false }: FindOptions = {},
): Promise<Outcome> => {
  const found = await findBackup(services, asked, run, { force, isAgain });
  if ('outcome' in found) return found;
  const { backup, target, stored: object } = found;
  const known = object && (await services.ledger.reading(target));
  const before = known && object && { target, backup, object, known };
  if (before !== undefined && !force && (await isAlreadyRead(services, before, run.now()))) {
    return { outcome: 'already-read', report: before.known.report };
  }
  const started = run.now().getTime();
  const { memoryMb } = services;
  const time = { budgetMs: run.remainingMs() - RESERVE_MS, memoryMb };
  const reading = await read(services, found, time);
  if (!force && (await mayStillCome(services, run, found, reading))) return passed('arriving');
  if (before !== undefined && isKept(reading, before)) {
    return { outcome: 'already-read', report: await keepVerdict(services, before, run) };
  }
  const series = object && seriesFor(object, known);
  const judgement = decideVerdict(backup, reading);
  if (judgement.verdict === 'fail' && object !== undefined && series !== undefined) {
    judgement.severity = await findSeverity(services, backup, object, series);
  }
  const now = run.now();
  const isSettled =
    judgement.verdict === 'pass' || (reading.ended === 'not-seen' && !reading.retry);
  const recheckMs = isSettled ? backup.rereadSeconds * 1000 : PROBLEM_RECHECK_MS;
  const report = makeReport({
    target,
    backup,
    judgement,
    region: services.region,
    stage: services.stage,
    now,
    nextCheckBy: new Date(now.getTime() + recheckMs),
    object,
    reading,
    tookMs: now.getTime() - started,
  });
  // While this one was read another may have read a newer version: what is older is not said.
  const since = object && (await services.ledger.reading(target));
  const isOlder = (since?.lastModified ?? '') > (object?.lastModified.toISOString() ?? '');
  if (object !== undefined && isOlder && since?.fingerprint !== known?.fingerprint) {
    return passed('superseded-version');
  }
  await publishReport(services, report, run);
  if (object !== undefined && series !== undefined && reading.ended === 'walked') {
    const { place, name } = found;
    await judgeContents(services, { backup, place, name, object, walk: reading.walk, series }, run);
  }
  const wasReadAgain = target.cause === 'reread' && !mayBeRetried(reading);
  if (object !== undefined && series !== undefined && wasReadAgain) {
    // Of what is broken by now, or no more the newest, no contents were judged: once is enough to see that.
    await services.ledger.noteRead(series, object, contentsConditionsOf(services, object, backup));
  }
  await recordReport(services, run, { report, backup, object, target, reading, series });
  if (isFolder(target.key)) await services.ledger.clearWait(target);
  run.log.info('An object was verified', {
    report: report.summary,
    verdict: report.verdict,
    reason: report.reason,
  });
  return { outcome: 'reported', report };
};
