import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { Before } from './already-read.ts';
import type { Reading } from './decide-verdict.ts';
import { findSeverity } from './find-severity.ts';
import { fingerprint } from './fingerprint.ts';
import { seriesOf } from './series.ts';
import { publishReport, type Services } from './services.ts';
import { shortName } from './short-name.ts';

type Kept = Pick<Before, 'known' | 'backup' | 'object'>;

/** Whether the very bytes that were judged lie in an archive by now, where nobody can judge them anew. */
export const isKept = (reading: Reading, { known, backup, object }: Kept): boolean =>
  reading.ended === 'not-seen' &&
  reading.reason === 'archived' &&
  known.report.verdict !== 'unknown' &&
  known.fingerprint === fingerprint(object, backup);

const reportOf = ({ known, backup, object }: Kept, now: Date): CheckReport => {
  const { report, readAt } = known;
  const found = report.verdict === 'pass' ? 'was verified' : `was found ${report.reason}`;
  const summary = `${backup.name}: ${shortName(object.key)} ${found} at ${readAt}; it is archived since (${object.storageClass}), where nothing can be read anew`;
  return {
    ...report,
    summary: summary.slice(0, 1024),
    observed: {
      ...(report.observed instanceof Object ? report.observed : {}),
      storageClass: object.storageClass,
      lastReadAt: readAt,
    },
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + backup.rereadSeconds * 1000).toISOString(),
  };
};

/**
 * Says again what was found of an object that moved into an archive, and leaves the record of its reading as
 * it is. What stood there because nobody could look meanwhile ends. May be repeated.
 */
export const keepVerdict = async (
  services: Services,
  kept: Kept,
  run: Run,
): Promise<CheckReport> => {
  const { known, backup, object } = kept;
  const report = reportOf(kept, run.now());
  if (report.verdict === 'fail') {
    const series = known.series ?? seriesOf(object);
    report.severity = await findSeverity(services, backup, object, series);
  }
  await publishReport(services, report, run);
  const { bucket, key } = known;
  const problem = await services.ledger.problem({ bucket, key });
  if (known.report.verdict === 'pass') {
    if (problem !== undefined) await services.ledger.clearProblem({ bucket, key });
  } else if (problem?.report.verdict !== 'fail') {
    const { readAt: since, lastModified, fingerprint: print, reader } = known;
    const found = { since, lastModified, etag: object.etag, fingerprint: print, reader, report };
    await services.ledger.recordProblem({ bucket, key, backup: backup.name, ...found });
  }
  return report;
};
