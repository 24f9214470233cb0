import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { findSetFolder } from '../../shared/backup-set/set-layout.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { hasMoreMemory } from './decide-new-try.ts';
import { decideStanding } from './decide-standing.ts';
import { findFolder } from './find-folder.ts';
import type { StoredObject } from './object-client.ts';
import { seriesOf } from './series.ts';
import { publishReport, type Services } from './services.ts';
import { shortName } from './short-name.ts';
import { findAnchor, isFolder, ROOT } from './stored-folder.ts';
import { judgedReport, unjudgedReport } from './unjudged-report.ts';
import type { Problem } from './verification-ledger.ts';

export type Sweep = { gone: number; standing: number; readAgain: number; unjudged: number };

const LATE_AFTER_MS = 30 * 60_000;
const RESERVE_MS = 15_000;

const timesFrom = (run: Run) => {
  const now = run.now();
  return {
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + LATE_AFTER_MS).toISOString(),
  };
};

type Seen = {
  object: StoredObject | undefined;
  backup: StoredBackup | undefined;
  /** It was judged by itself once, and is a file of a folder that is one backup. */
  isPart?: boolean;
};

const isPartOfFolder = async (
  services: Services,
  { bucket, key }: Pick<Problem, 'bucket' | 'key'>,
  { kind }: StoredBackup,
): Promise<boolean> => {
  const prefix = findSetFolder(kind, key);
  if (prefix === undefined) return false;
  const { folder } = await findFolder(services, { bucket, key: prefix || ROOT });
  return folder !== undefined && findAnchor(kind, folder) !== undefined;
};

/** What a problem is about, as it is now. Failures other than its absence leave the problem as it is. */
const find = async (
  services: Services,
  { bucket, key }: Pick<Problem, 'bucket' | 'key'>,
): Promise<Seen | 'not-seen'> => {
  try {
    if (isFolder(key)) {
      const { folder, match } = await findFolder(services, { bucket, key });
      return { object: folder, backup: match?.backup };
    }
    const backup = matchBackup(services.plan, bucket, key)?.backup;
    const object = await services.objects.head({ bucket, key });
    const isPart = backup && (await isPartOfFolder(services, { bucket, key }, backup));
    return { object, backup, isPart };
  } catch (error) {
    const isGone = describeAwsFailure(error).reason === 'not-found';
    return isGone ? { object: undefined, backup: undefined } : 'not-seen';
  }
};

/**
 * Looks at every problem that stands: says it again, so that nobody takes silence for health; closes it
 * when the object is gone; and sends what could not be read before to the queue once more.
 */
export const sweepProblems = async (services: Services, run: Run): Promise<Sweep> => {
  const sweep: Sweep = { gone: 0, standing: 0, readAgain: 0, unjudged: 0 };
  for await (const problem of services.ledger.problems()) {
    if (run.remainingMs() < RESERVE_MS) break;
    const { bucket, key } = problem;
    const found = await find(services, problem);
    if (found === 'not-seen') {
      await services.enqueue([{ bucket, key, cause: 'reread' }]);
      sweep.readAgain += 1;
      continue;
    }
    const { object, backup, isPart } = found;
    const verified =
      backup &&
      (await services.ledger.verified(backup.name, problem.series ?? seriesOf({ bucket, key })));
    const standing = decideStanding(problem, { backup, object, verified, isPart });
    const times = timesFrom(run);
    switch (standing.decision) {
      case 'read-again':
        await services.enqueue([{ bucket, key, cause: 'reread' }]);
        sweep.readAgain += 1;
        break;
      case 'stands':
        await publishReport(
          services,
          { ...problem.report, ...times, severity: standing.severity },
          run,
        );
        sweep.standing += 1;
        break;
      case 'gone': {
        const { severity: _, ...report } = problem.report;
        const name = shortName(key);
        const summary = `${problem.backup}: ${name} ${standing.finding}`.slice(0, 1024);
        await publishReport(
          services,
          { ...report, ...times, verdict: 'pass', reason: standing.reason, summary, action: '' },
          run,
        );
        await services.ledger.forgetProblem(problem);
        sweep.gone += 1;
        break;
      }
    }
  }
  if (run.remainingMs() >= RESERVE_MS) sweep.unjudged = await sweepUnjudged(services, run);
  return sweep;
};

/** Says again which backups nobody can judge, once for each, until the object is gone. */
const sweepUnjudged = async (services: Services, run: Run): Promise<number> => {
  let said = 0;
  for (const { name, store } of services.plan.backups) {
    const unjudged = store === 's3' ? await services.ledger.unjudged(name) : undefined;
    if (unjudged === undefined) continue;
    const found = await find(services, unjudged);
    if (found !== 'not-seen' && found.object === undefined) {
      const gone = {
        reason: 'deleted',
        finding: 'the backup that could not be judged was deleted',
      };
      await publishReport(services, judgedReport(unjudged, timesFrom(run), gone), run);
      await services.ledger.clearUnjudged(name);
      continue;
    }
    if (hasMoreMemory(unjudged, services.memoryMb)) {
      await services.enqueue([{ bucket: unjudged.bucket, key: unjudged.key, cause: 'reread' }]);
    }
    await publishReport(services, unjudgedReport(unjudged, timesFrom(run)), run);
    said += 1;
  }
  return said;
};
