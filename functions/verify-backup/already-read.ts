import type { StoredBackup } from '../../shared/plan/plan.ts';
import { whatChanged } from './decide-new-try.ts';
import type { Reading } from './ledger-records.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { conditionsOf, contentsConditionsOf } from './reader.ts';
import type { Services } from './services.ts';

/** What is announced, as it is stored now, and the last reading of it. */
export type Before = { target: Target; backup: StoredBackup; object: StoredObject; known: Reading };

/** Sooner than this after a reading, a command to read again is the same one, delivered twice. */
const REREAD_GUARD_MS = 12 * 3_600_000;

/**
 * Whoever says that an object is due to be read again knows its period, and comes somewhat early so that
 * the plan's time is kept. Anybody else gets a second reading only when that time is over.
 */
const isFresh = ({ known, backup, target }: Before, now: Date): boolean => {
  const period = backup.rereadSeconds * 1000;
  const limit = target.cause === 'reread' ? Math.min(REREAD_GUARD_MS, period / 2) : period;
  return now.getTime() - Date.parse(known.readAt) < limit;
};

/** Whether somebody could not see it since it was read, and said so: that ends by another reading alone. */
const isUnseen = async ({ ledger }: Services, { target }: Before): Promise<boolean> => {
  const problem = target.cause === 'reread' ? await ledger.problem(target) : undefined;
  return problem?.report.verdict === 'unknown' && problem.isLasting !== true;
};

/** Whether what stands of its series may be judged otherwise now: that ends by another reading alone. */
const isContentsOutdated = async (
  services: Services,
  { target, backup, object, known }: Before,
): Promise<boolean> => {
  const { series } = known;
  if (target.cause !== 'reread' || series === undefined) return false;
  const problem = await services.ledger.problem({ series });
  if (problem?.key !== target.key) return false;
  return whatChanged(problem, contentsConditionsOf(services, object, backup)) !== undefined;
};

/** Whether another reading would find what the last one did, as far as anybody knows. */
export const isAlreadyRead = async (
  services: Services,
  before: Before,
  now: Date,
): Promise<boolean> =>
  whatChanged(before.known, conditionsOf(services, before.object, before.backup)) === undefined &&
  isFresh(before, now) &&
  !(await isUnseen(services, before)) &&
  !(await isContentsOutdated(services, before));
