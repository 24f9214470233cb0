import { reportSubject } from '../../events/check-reported/report-subject.ts';
import { CHECK_REPORTED, type CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { Plan, StoredBackup } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import { decideVerdict, type Reading } from './decide-verdict.ts';
import { makeReport } from './make-report.ts';
import type { ObjectClient, StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { describeFailure, readBackup } from './read-backup.ts';
import { fingerprint, type VerificationLedger, type Verified } from './verification-ledger.ts';

export type Services = {
  plan: Plan;
  region: string;
  stage: string;
  service: string;
  objects: ObjectClient;
  readSecret: SecretReader;
  ledger: VerificationLedger;
  publish: FactPublisher;
  /** Puts an object on the function's own queue. */
  enqueue: (targets: Target[]) => Promise<void>;
};

/** What became of one object. `ignored` names why nothing was read. */
export type Outcome =
  | { outcome: 'ignored'; reason: 'outside-policy' | 'judged-by-check-wal' }
  | { outcome: 'already-read' | 'reported'; report: CheckReport };

/** Left for publishing and for the ledger when time runs out. */
const RESERVE_MS = 10_000;
/** The sweep looks at standing problems every 15 minutes; twice that is late. */
const PROBLEM_RECHECK_MS = 30 * 60_000;

const isFresh = (readAt: string, backup: StoredBackup, now: Date): boolean =>
  now.getTime() - Date.parse(readAt) < backup.rereadSeconds * 1000;

const olderThan = (verified: Verified | undefined, object: StoredObject): Verified | undefined =>
  verified !== undefined && verified.lastModified < object.lastModified.toISOString()
    ? verified
    : undefined;

/** Publishes first and records after: a crash in between reads twice, but loses nothing. */
export const publishReport = async (
  services: Services,
  report: CheckReport,
  run: Run,
): Promise<void> => {
  await services.publish([
    makeEvent(services, {
      type: CHECK_REPORTED,
      subject: reportSubject(report.check, report.subject),
      data: report,
      time: run.now(),
      correlationId: run.correlationId,
    }),
  ]);
};

const record = async (
  { ledger }: Services,
  report: CheckReport,
  {
    backup,
    object,
    target,
    reading,
  }: { backup: StoredBackup; object?: StoredObject; target: Target; reading: Reading },
): Promise<void> => {
  const place = { bucket: target.bucket, key: target.key };
  if (report.verdict === 'pass') {
    if ((await ledger.problem(place)) !== undefined) await ledger.clearProblem(place);
  } else if (reading.ended !== 'not-seen' || reading.retry) {
    await ledger.recordProblem({
      ...place,
      backup: backup.name,
      since: report.checkedAt,
      lastModified: (object?.lastModified ?? new Date(report.checkedAt)).toISOString(),
      etag: object?.etag ?? '',
      report,
    });
  }
  if (object === undefined || (reading.ended === 'not-seen' && reading.retry)) return;
  if (reading.ended === 'walked') {
    await ledger.recordVerified(backup.name, {
      key: target.key,
      lastModified: object.lastModified.toISOString(),
      plainBytes: reading.walk.plainBytes,
    });
  }
  const mark = fingerprint(object, backup);
  await ledger.recordReading({ ...place, fingerprint: mark, readAt: report.checkedAt, report });
};

const lookUp = async ({ objects }: Services, target: Target): Promise<StoredObject | Reading> => {
  try {
    return await objects.head(target);
  } catch (error) {
    return describeFailure(error);
  }
};

/**
 * Verifies one object and publishes a report, unless the ledger says that this version was read within
 * the plan's `reread` time. May be called twice for one object: the second call reads nothing.
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
  if (object !== undefined && !force) {
    const known = await services.ledger.reading(target);
    const same = known?.fingerprint === fingerprint(object, backup);
    if (known !== undefined && same && isFresh(known.readAt, backup, run.now())) {
      return { outcome: 'already-read', report: known.report };
    }
  }
  const started = run.now().getTime();
  const budget = run.remainingMs() - RESERVE_MS;
  const reading = 'ended' in found ? found : await readBackup(services, found, backup, budget);
  const previous = object && olderThan(await services.ledger.verified(backup.name), object);
  const judgement = decideVerdict(backup, reading, previous);
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
  await publishReport(services, report, run);
  await record(services, report, { backup, object, target, reading });
  run.log.info('An object was verified', {
    report: report.summary,
    verdict: report.verdict,
    reason: report.reason,
  });
  return { outcome: 'reported', report };
};
