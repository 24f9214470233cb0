import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { Location } from '../../shared/plan/location.ts';
import type { Plan, StoredBackup } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { checkPolicy } from './check-policy.ts';
import type { CursorStore } from './cursor-store.ts';
import { makeReport, type Place } from './make-report.ts';
import type { Invocation } from './parse-invocation.ts';

export type Services = Place & {
  plan: Plan;
  openArchive: (location: Location, signal: AbortSignal) => ArchiveClient;
  cursors: CursorStore;
  readSecret: SecretReader;
  publish: FactPublisher;
};

/** Time kept for the cursor and for publishing when the listing has to be given up. */
const RESERVED_MS = 12_000;
const SHORTEST_MS = 1_000;
/** Before that moment the last segments are begun, so that all that are under way come to an end. */
const LAST_READS_MS = 3_000;

export const walPolicies = ({ backups }: Pick<Plan, 'backups'>): StoredBackup[] =>
  backups.filter((backup) => backup.store === 's3').filter(({ kind }) => kind === 'wal');

const checkOne = async (
  services: Services,
  policy: StoredBackup,
  { rescan, deep, range }: Invocation,
  run: Run,
): Promise<CheckReport[]> => {
  const ended = new AbortController();
  const budgetMs = Math.max(SHORTEST_MS, run.remainingMs() - RESERVED_MS);
  const budget = AbortSignal.timeout(budgetMs);
  const until = performance.now() + budgetMs - LAST_READS_MS;
  const client = services.openArchive(policy.location, AbortSignal.any([ended.signal, budget]));
  const now = run.now();
  try {
    const judgements = await checkPolicy({
      policy,
      client,
      cursors: services.cursors,
      rpoSeconds: services.plan.objectives.rpoSeconds,
      now,
      rescan,
      deep: deep ? { range } : undefined,
      readSecret: services.readSecret,
      until,
      warn: (message, detail) => run.log.warn(message, { detail }),
    });
    const requests = [
      { name: 'list-requests', value: client.listRequests(), unit: 'requests' },
      { name: 'get-requests', value: client.getRequests(), unit: 'requests' },
    ];
    return judgements.map((judgement) => {
      const measurements = [...judgement.measurements, ...requests];
      return makeReport(policy, { ...judgement, measurements }, now, services);
    });
  } finally {
    // After an error some requests may still be under way.
    ended.abort();
  }
};

/**
 * Checks every WAL archive of the plan, or the one that was asked for, and publishes five reports on
 * each. May be called at any time and as often as one likes.
 *
 * @throws {PublishError} where a report did not reach the topic; calling again helps.
 */
export const checkWal = async (services: Services, invocation: Invocation, run: Run) => {
  const policies = walPolicies(services.plan).filter(
    ({ name }) => invocation.policy === undefined || name === invocation.policy,
  );
  const checked = await Promise.all(
    policies.map((policy) => checkOne(services, policy, invocation, run)),
  );
  const reports = checked.flat();
  const { correlationId } = run;
  await services.publish(
    reports.map((data) => makeEvent(services, { ...reportMessage(data), correlationId })),
  );
  return reports.map(({ check, subject, verdict, reason, summary, action, measurements }) => ({
    check,
    backup: subject.id,
    verdict,
    reason,
    summary,
    action,
    measurements,
  }));
};
