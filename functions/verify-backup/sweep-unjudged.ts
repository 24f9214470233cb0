import type { Run } from '../../shared/handler/create-handler.ts';
import { describeConditions, isNewTryDue } from './decide-new-try.ts';
import { findNewestJudged } from './find-judged.ts';
import { findStored } from './find-stored.ts';
import type { Unjudged } from './ledger-records.ts';
import { conditionsOf } from './reader.ts';
import { publishReport, type Services } from './services.ts';
import { sweepTimes } from './sweep-times.ts';
import { judgedReport, unjudgedReport } from './unjudged-report.ts';

type Seen = Awaited<ReturnType<typeof findStored>>;

/** Why nothing need be said of it any more. */
const findEnd = async (
  services: Services,
  name: string,
  unjudged: Unjudged,
  seen: Seen,
): Promise<{ reason: string; finding: string } | undefined> => {
  if (seen !== 'not-seen' && seen.object === undefined) {
    return { reason: 'deleted', finding: 'the backup that could not be judged was deleted' };
  }
  const judged = await findNewestJudged(services, name, unjudged);
  return judged !== undefined && judged > unjudged.lastModified
    ? { reason: 'judged', finding: 'the newest backup was judged' }
    : undefined;
};

const tryAgain = async (
  services: Services,
  run: Run,
  name: string,
  unjudged: Unjudged,
  seen: Seen,
): Promise<void> => {
  if (seen === 'not-seen' || seen.object === undefined || seen.backup === undefined) return;
  const conditions = conditionsOf(services, seen.object, seen.backup);
  if (!isNewTryDue(unjudged, conditions, run.now())) return;
  const { bucket, key } = unjudged;
  await services.enqueue([{ bucket, key, cause: 'reread' }]);
  const asked = { at: run.now().toISOString(), under: describeConditions(conditions) };
  await services.ledger.noteAskedOfUnjudged(name, unjudged, asked);
};

/** Says again which backups nobody can judge, once for each, until the object is gone or a newer one is judged. */
export const sweepUnjudged = async (services: Services, run: Run): Promise<number> => {
  let said = 0;
  for (const { name, store } of services.plan.backups) {
    const unjudged = store === 's3' ? await services.ledger.unjudged(name) : undefined;
    if (unjudged === undefined) continue;
    const seen = await findStored(services, unjudged);
    const end = await findEnd(services, name, unjudged, seen);
    if (end !== undefined) {
      await publishReport(services, judgedReport(unjudged, sweepTimes(run), end), run);
      await services.ledger.clearUnjudged(name);
      continue;
    }
    await publishReport(services, unjudgedReport(unjudged, sweepTimes(run)), run);
    said += 1;
    await tryAgain(services, run, name, unjudged, seen);
  }
  return said;
};
