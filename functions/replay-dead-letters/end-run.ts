import { REPLAY_ENDED, type ReplayReport } from '../../events/replay-ended/v1.ts';
import { REPLAY_PROGRESSED, type ReplayProgress } from '../../events/replay-progressed/v1.ts';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { Work } from './begin-work.ts';
import { makeProgress, makeReport } from './make-report.ts';
import type { StretchEnd } from './run-stretch.ts';
import type { Run } from './runs.ts';
import type { Route, Services } from './services.ts';

const speakerOf = ({ stage, service, plan }: Services) => ({ stage, service, plan });

/** A run that has ended says again how. */
export const lastReport = async (
  services: Services,
  run: Run,
  route: Route,
  now: Date,
): Promise<ReplayReport> => {
  const totals = await services.runs.totals(run.id);
  const reported = { run, totals, destination: route.destination.id };
  return makeReport(reported, route.places, {
    reason: run.reason ?? 'finished',
    detail: 'before this command',
    at: run.endedAt ?? now.getTime(),
  });
};

type Ended = { reason: string; detail: string; lastRefusal?: string | undefined };

/**
 * Tells how a run ended, and only then notes that it did: told twice rather than never. What it parked, or took
 * up again, is counted by a later invocation, which has the time. Where another process
 * has ended it meanwhile, its word stands.
 */
export const endRun = async (
  services: Services,
  { run }: Work,
  route: Route,
  ended: Ended,
  now: Date,
): Promise<ReplayReport> => {
  const found = await services.runs.read(run.id);
  if (found?.status === 'ended') return lastReport(services, found, route, now);
  const totals = await services.runs.totals(run.id);
  const at = { ...ended, at: now.getTime() };
  const { lastRefusal } = ended;
  const reported = { run, totals, destination: route.destination.id, lastRefusal };
  const report = makeReport(reported, route.places, at);
  await services.publish([
    makeEvent(speakerOf(services), {
      type: REPLAY_ENDED,
      subject: `webhooks.${run.webhook}`,
      data: report,
      time: now,
      correlationId: run.correlationId,
    }),
  ]);
  await services.askToLook(run.webhook, run.correlationId);
  const end = { status: 'ended' as const, endedAt: at.at, reason: ended.reason };
  await services.runs.change(run.id, ['running', 'cancelling'], end);
  return report;
};

const progressOf = async (
  services: Services,
  { run, hop }: Work,
  route: Route,
  detail: string,
  lastRefusal?: string,
): Promise<ReplayProgress> => {
  const totals = await services.runs.totals(run.id);
  const reported = { run, totals, destination: route.destination.id, lastRefusal };
  return makeProgress(reported, hop, detail);
};

/** What is on its way is not worth a failure: done again, the work would be handed on twice. */
const tryToPublish = async (
  services: Services,
  { run }: Work,
  progress: ReplayProgress,
  { now, log }: Invocation,
): Promise<void> => {
  try {
    await services.publish([
      makeEvent(speakerOf(services), {
        type: REPLAY_PROGRESSED,
        subject: `webhooks.${run.webhook}`,
        data: progress,
        time: now(),
        correlationId: run.correlationId,
      }),
    ]);
  } catch (error) {
    log.warn('How far the run is was not told', { problem: describeAwsFailure(error).message });
  }
};

/** Tells how far a run is, if that can be told. */
export const tellProgress = async (
  services: Services,
  work: Work,
  route: Route,
  invocation: Invocation,
): Promise<void> => {
  const progress = await progressOf(services, work, route, 'at work');
  await tryToPublish(services, work, progress, invocation);
  invocation.log.info(progress.summary);
};

/** Hands a run on, and tells how far it is. Once it is handed on nothing fails any more. */
export const goOn = async (
  services: Services,
  work: Work,
  route: Route,
  stretch: StretchEnd & { afterSeconds: number; idleHops: number },
  invocation: Invocation,
): Promise<ReplayProgress> => {
  const { run, hop } = work;
  const { openings, idleHops, pausedUntil } = stretch;
  const detail = `${stretch.reason}: ${stretch.detail}`;
  const progress = await progressOf(services, work, route, detail, stretch.lastRefusal);
  const next = { run: run.id, hop: hop + 1, openings, idleHops, pausedUntil };
  await services.handOn(next, run.correlationId, stretch.afterSeconds);
  await tryToPublish(services, work, progress, invocation);
  return progress;
};
