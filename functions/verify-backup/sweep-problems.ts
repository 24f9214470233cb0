import type { Run } from '../../shared/handler/create-handler.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { describeConditions, isNewTryDue } from './decide-new-try.ts';
import { decideStanding, type Standing } from './decide-standing.ts';
import { findStored } from './find-stored.ts';
import { findVerified } from './find-verified.ts';
import type { Newest, Problem } from './ledger-records.ts';
import type { StoredObject } from './object-client.ts';
import { conditionsOf, contentsConditionsOf } from './reader.ts';
import { publishReport, type Services } from './services.ts';
import { shortName } from './short-name.ts';
import { sweepTimes } from './sweep-times.ts';
import { sweepUnjudged } from './sweep-unjudged.ts';

export type Sweep = { gone: number; standing: number; readAgain: number; unjudged: number };

const RESERVE_MS = 15_000;

/** The newest good one of the series that the problem's object was judged in. */
const findFollower = async (
  services: Services,
  problem: Problem,
  backup: StoredBackup,
): Promise<Newest | undefined> => {
  const { bucket, key } = problem;
  const series = problem.series ?? (await services.ledger.reading({ bucket, key }))?.series;
  return findVerified(services, backup.name, { bucket, key }, series);
};

/**
 * Has it read again where another reading may end otherwise. What was asked for is noted after it was: a
 * crash in between asks twice.
 */
const tryAgain = async (
  services: Services,
  run: Run,
  problem: Problem,
  object: StoredObject,
  backup: StoredBackup,
): Promise<boolean> => {
  const conditions = (problem.series === undefined ? conditionsOf : contentsConditionsOf)(
    services,
    object,
    backup,
  );
  if (!isNewTryDue(problem, conditions, run.now())) return false;
  await services.enqueue([{ bucket: problem.bucket, key: problem.key, cause: 'reread' }]);
  const asked = { at: run.now().toISOString(), under: describeConditions(conditions) };
  await services.ledger.noteAsked(problem, asked);
  return true;
};

const sayGone = async (
  services: Services,
  run: Run,
  problem: Problem,
  { reason, finding }: Extract<Standing, { decision: 'gone' }>,
): Promise<void> => {
  const { severity: _, ...report } = problem.report;
  const summary = `${problem.backup}: ${shortName(problem.key)} ${finding}`.slice(0, 1024);
  const ended = { ...report, ...sweepTimes(run), verdict: 'pass' as const, reason, summary };
  await publishReport(services, { ...ended, action: '' }, run);
  await services.ledger.forgetProblem(problem);
};

const sweepProblem = async (
  services: Services,
  run: Run,
  problem: Problem,
): Promise<(keyof Sweep)[]> => {
  const { bucket, key, report } = problem;
  const found = await findStored(services, problem);
  if (found === 'not-seen') {
    await services.enqueue([{ bucket, key, cause: 'reread' }]);
    return ['readAgain'];
  }
  const { object, backup, isPart } = found;
  const verified = backup && (await findFollower(services, problem, backup));
  const standing = decideStanding(problem, { backup, object, verified, isPart });
  switch (standing.decision) {
    case 'read-again':
      await services.enqueue([{ bucket, key, cause: 'reread' }]);
      return ['readAgain'];
    case 'stands': {
      const { severity } = standing;
      const said = { ...report, ...sweepTimes(run), ...(severity && { severity }) };
      await publishReport(services, said, run);
      // Said before it is asked for: what another reading finds comes after this.
      const isAsked = object && backup && (await tryAgain(services, run, problem, object, backup));
      return isAsked ? ['standing', 'readAgain'] : ['standing'];
    }
    case 'gone':
      await sayGone(services, run, problem, standing);
      return ['gone'];
  }
};

/**
 * Looks at every problem that stands: says it again, so that nobody takes silence for health; closes it
 * when the object is gone; and sends to the queue once more what could not be read before, or may be read
 * otherwise now.
 */
export const sweepProblems = async (services: Services, run: Run): Promise<Sweep> => {
  const sweep: Sweep = { gone: 0, standing: 0, readAgain: 0, unjudged: 0 };
  for await (const problem of services.ledger.problems()) {
    if (run.remainingMs() < RESERVE_MS) break;
    for (const what of await sweepProblem(services, run, problem)) sweep[what] += 1;
  }
  if (run.remainingMs() >= RESERVE_MS) sweep.unjudged = await sweepUnjudged(services, run);
  return sweep;
};
