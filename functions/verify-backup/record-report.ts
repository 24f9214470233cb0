import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Reading } from './decide-verdict.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { readOf } from './reads-ledger.ts';
import { publishReport, type Services } from './services.ts';
import { judgedReport } from './unjudged-report.ts';
import { fingerprint } from './verification-ledger.ts';

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

const recordProblem = async ({ ledger, memoryMb }: Services, said: Said): Promise<void> => {
  const { report, backup, object, target, reading } = said;
  const place = { bucket: target.bucket, key: target.key };
  const clear = async (): Promise<void> => {
    if ((await ledger.problem(place)) !== undefined) await ledger.clearProblem(place);
  };
  if (report.verdict === 'pass') return clear();
  const lastModified = (object?.lastModified ?? new Date(report.checkedAt)).toISOString();
  if (reading.ended !== 'not-seen' || reading.retry) {
    const { checkedAt: since } = report;
    const problem = {
      ...place,
      backup: backup.name,
      since,
      lastModified,
      etag: object?.etag ?? '',
      report,
    };
    await ledger.recordProblem(problem);
  } else if (object !== undefined) {
    // What stood there before was said of something else, or is not known any more.
    await clear();
    await ledger.recordUnjudged(backup.name, { ...place, lastModified, memoryMb, report });
  }
};

/** Writes down what was published. Every step may be repeated. */
export const recordReport = async (services: Services, run: Run, said: Said): Promise<void> => {
  const { report, backup, object, target, reading, series } = said;
  await recordProblem(services, said);
  if (object === undefined || (reading.ended === 'not-seen' && reading.retry)) return;
  const place = { bucket: target.bucket, key: target.key };
  const lastModified = object.lastModified.toISOString();
  await services.ledger.recordReading({
    ...place,
    fingerprint: fingerprint(object, backup),
    readAt: report.checkedAt,
    lastModified,
    series,
    memoryMb: services.memoryMb,
    report,
  });
  if (reading.ended === 'walked') {
    await services.reads.record(backup.name, readOf(object), new Date(report.checkedAt));
  }
  if (reading.ended !== 'not-seen') await endUnjudged(services, run, said);
};
