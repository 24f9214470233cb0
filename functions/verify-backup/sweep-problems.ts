import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import { decideStanding } from './decide-standing.ts';
import type { StoredObject } from './object-client.ts';
import type { Problem } from './verification-ledger.ts';
import { publishReport, type Services } from './verify-object.ts';

export type Sweep = { gone: number; standing: number; readAgain: number };

const LATE_AFTER_MS = 30 * 60_000;
const RESERVE_MS = 15_000;

/** The object of a problem; `undefined` where it was deleted. Other failures leave the problem as it is. */
const find = async (
  { objects }: Services,
  problem: Problem,
): Promise<StoredObject | 'not-seen' | undefined> => {
  try {
    return await objects.head({ bucket: problem.bucket, key: problem.key });
  } catch (error) {
    return describeAwsFailure(error).reason === 'not-found' ? undefined : 'not-seen';
  }
};

/**
 * Looks at every problem that stands: says it again, so that nobody takes silence for health; closes it
 * when the object is gone; and sends what could not be read before to the queue once more.
 */
export const sweepProblems = async (services: Services, run: Run): Promise<Sweep> => {
  const sweep: Sweep = { gone: 0, standing: 0, readAgain: 0 };
  for await (const problem of services.ledger.problems()) {
    if (run.remainingMs() < RESERVE_MS) break;
    const { bucket, key } = problem;
    const object = await find(services, problem);
    if (object === 'not-seen') {
      await services.enqueue([{ bucket, key, cause: 'reread' }]);
      sweep.readAgain += 1;
      continue;
    }
    const backup = matchBackup(services.plan, bucket, key)?.backup;
    const verified = backup && (await services.ledger.verified(backup.name));
    const standing = decideStanding(problem, { backup, object, verified });
    const now = run.now();
    const times = {
      checkedAt: now.toISOString(),
      nextCheckBy: new Date(now.getTime() + LATE_AFTER_MS).toISOString(),
    };
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
        const name = key.split('/').at(-1) ?? key;
        const summary = `${problem.backup}: ${name} ${standing.finding}`.slice(0, 1024);
        await publishReport(
          services,
          { ...report, ...times, verdict: 'pass', reason: standing.reason, summary, action: '' },
          run,
        );
        await services.ledger.clearProblem(problem);
        sweep.gone += 1;
        break;
      }
    }
  }
  return sweep;
};
