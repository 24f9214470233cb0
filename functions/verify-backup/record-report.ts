import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Reading } from './decide-verdict.ts';
import { findNewestJudged } from './find-judged.ts';
import { fingerprint } from './fingerprint.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { READER } from './reader.ts';
import { readOf } from './reads-ledger.ts';
import { publishReport, type Services } from './services.ts';
import { judgedReport } from './unjudged-report.ts';

type Said = {
  report: CheckReport;
  backup: StoredBackup;
  object: StoredObject | undefined;
  target: Target;
  reading: Reading;
  series: string | undefined;
};

/** A good or a bad verdict over a newer object ends what was said of one that could not be judged. */
const endUnjudged = async (
  services: Services,
  run: Run,
  { backup, object, report }: Said,
): Promise<void> => {
  const unjudged = object && (await services.ledger.unjudged(backup.name));
  if (unjudged === undefined || object === undefined) return;
  if (unjudged.lastModified > object.lastModified.toISOString()) return;
  const finding = 'the newest backup can be judged again';
  await publishReport(services, judgedReport(unjudged, report, { reason: 'judged', finding }), run);
  await services.ledger.clearUnjudged(backup.name);
};

/** What a verdict was found with, and where. */
const foundWith = ({ memoryMb }: Services, { report, backup, object, target }: Said) => ({
  bucket: target.bucket,
  key: target.key,
  lastModified: (object?.lastModified ?? new Date(report.checkedAt)).toISOString(),
  fingerprint: object && fingerprint(object, backup),
  reader: READER,
  memoryMb,
  report,
});

/** Of the whole backup, unless a newer one was judged: one that is old, or moved into an archive, says nothing. */
const recordUnjudged = async (services: Services, said: Said): Promise<void> => {
  const { backup, target } = said;
  const unjudged = foundWith(services, said);
  const judged = await findNewestJudged(services, backup.name, target);
  if (judged !== undefined && judged > unjudged.lastModified) return;
  await services.ledger.recordUnjudged(backup.name, unjudged);
};

const recordProblem = async (services: Services, said: Said): Promise<void> => {
  const { ledger } = services;
  const { report, backup, object, target, reading } = said;
  const place = { bucket: target.bucket, key: target.key };
  const stood = await ledger.problem(place);
  if (report.verdict === 'pass') {
    if (stood !== undefined) await ledger.clearProblem(place);
    return;
  }
  const isLasting = reading.ended === 'not-seen' && !reading.retry;
  // What somebody heard of is followed to its end, though nobody can look any more.
  if (!isLasting || (stood !== undefined && object !== undefined)) {
    await ledger.recordProblem({
      ...foundWith(services, said),
      backup: backup.name,
      since: report.checkedAt,
      etag: object?.etag ?? '',
      isLasting,
    });
  }
  if (isLasting && object !== undefined) await recordUnjudged(services, said);
};

/**
 * Writes down what was published. Every step may be repeated: the reading comes last, so that a message that
 * comes back after a crash is not taken for one that was dealt with.
 */
export const recordReport = async (services: Services, run: Run, said: Said): Promise<void> => {
  const { report, backup, object, target, reading, series } = said;
  await recordProblem(services, said);
  if (object === undefined || (reading.ended === 'not-seen' && reading.retry)) return;
  if (reading.ended === 'walked') {
    await services.reads.record(backup.name, readOf(object), new Date(report.checkedAt));
  }
  if (reading.ended !== 'not-seen') {
    const lastModified = object.lastModified.toISOString();
    await services.ledger.recordJudged(backup.name, { key: target.key, lastModified });
    await endUnjudged(services, run, said);
  }
  await services.ledger.recordReading({
    ...foundWith(services, said),
    fingerprint: fingerprint(object, backup),
    readAt: report.checkedAt,
    series,
  });
};
