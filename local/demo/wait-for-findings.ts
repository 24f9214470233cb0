import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { AlertReceiver } from '../alert-receiver.ts';
import type { Log } from '../log.ts';
import { waitUntil } from '../wait-until.ts';
import type { Fault } from './faults.ts';
import type { hearMails, hearReports } from './hear-reports.ts';
import { isSuccess, judgeRun, type Run, wasTold } from './judge-run.ts';
import { toldBy } from './told-by.ts';

const DEADLINE_MS = 150_000;
/** Checks run every minute on this stage; each must have run after the last thing was done. */
const CHECKS = [
  'backup-freshness',
  'backup-retention',
  'backup-copy',
  'wal-continuity',
  'wal-freshness',
  'webhook-subscription',
];

const isComplete = (run: Run, reports: CheckReport[], since: Date): boolean =>
  isSuccess(run) &&
  CHECKS.every((check) => {
    const own = reports.filter((report) => report.check === check);
    return own.length > 0 && own.every(({ checkedAt }) => checkedAt > since.toISOString());
  });

export type Ears = {
  plan: Plan;
  receiver: AlertReceiver;
  heard: Awaited<ReturnType<typeof hearReports>>;
  mail: Awaited<ReturnType<typeof hearMails>>;
};

/** A fault that somebody puts right as soon as everybody was told of it. */
type Mended<T> = { fault: Fault; mend: () => Promise<T> };

/**
 * Waits until every fault was found and told, and the one that is put right is, or time is up. What was
 * found of that one still counts when it is no longer there.
 */
export const waitForFindings = async <T>(
  { plan, receiver, heard, mail }: Ears,
  faults: Fault[],
  mended: Mended<T>,
  log: Log,
) => {
  const since = new Date();
  const told = toldBy(receiver, mail.mails, plan.name);
  const reports = (): CheckReport[] => [
    ...heard.reports(),
    ...heard.mended().filter(mended.fault.isFoundBy),
  ];
  const judge = (): Run => judgeRun(reports(), faults, told, plan.alerts.routes);
  let lately = '';
  let mending: Promise<void> | undefined;
  let result: T | undefined;
  const mend = async (): Promise<void> => {
    result = await mended.mend();
  };
  const look = async () => {
    await Promise.all([heard.listen(), mail.listen()]);
    const run = judge();
    const now = `${heard.reports().length} reports, ${run.found.length} of ${faults.length} faults found, ${receiver.received.length + mail.mails.length} alerts received`;
    if (now !== lately) log(now);
    lately = now;
    const broken = run.found.find(({ fault }) => fault === mended.fault);
    if (broken !== undefined && wasTold(broken)) {
      mending ??= mend().catch((error: Error) => log(error.message));
    }
    const isOver = result !== undefined && isComplete(run, heard.reports(), since);
    return isOver ? true : undefined;
  };
  await waitUntil(look, {
    deadlineMs: DEADLINE_MS,
    everyMs: 1_000,
    what: 'the end of the demo',
  }).catch((error: Error) => log(error.message));
  await mending;
  return { run: judge(), reports: reports(), told, result };
};
