import { REPLAY_ENDED, type ReplayReport } from '../../events/replay-ended/v1.ts';
import { REPLAY_PROGRESSED, type ReplayProgress } from '../../events/replay-progressed/v1.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { Work } from './begin-work.ts';
import { makeProgress, makeReport } from './make-report.ts';
import type { StretchEnd } from './run-stretch.ts';
import type { Route, Services } from './services.ts';

const speakerOf = ({ stage, service, plan }: Services) => ({ stage, service, plan });

/** Tells how a run ended, and only then notes that it did: told twice rather than never. */
export const endRun = async (
  services: Services,
  { run }: Work,
  route: Route,
  ended: { reason: string; detail: string },
  now: Date,
): Promise<ReplayReport> => {
  const totals = await services.runs.totals(run.id);
  const at = { ...ended, at: now.getTime() };
  const report = makeReport({ run, totals, destination: route.destination.id }, route.places, at);
  await services.publish([
    makeEvent(speakerOf(services), {
      type: REPLAY_ENDED,
      subject: `webhooks.${run.webhook}`,
      data: report,
      time: now,
      correlationId: run.correlationId,
    }),
  ]);
  const end = { status: 'ended' as const, endedAt: at.at, reason: ended.reason };
  await services.runs.change(run.id, ['running', 'cancelling'], end);
  return report;
};

/** Tells how far a run is. */
export const tellProgress = async (
  services: Services,
  { run, hop }: Work,
  route: Route,
  detail: string,
  now: Date,
): Promise<ReplayProgress> => {
  const totals = await services.runs.totals(run.id);
  const progress = makeProgress({ run, totals, destination: route.destination.id }, hop, detail);
  await services.publish([
    makeEvent(speakerOf(services), {
      type: REPLAY_PROGRESSED,
      subject: `webhooks.${run.webhook}`,
      data: progress,
      time: now,
      correlationId: run.correlationId,
    }),
  ]);
  return progress;
};

/** Hands a run on, and tells how far it is. */
export const goOn = async (
  services: Services,
  work: Work,
  route: Route,
  stretch: StretchEnd & { afterSeconds: number; idleHops: number },
  now: Date,
): Promise<ReplayProgress> => {
  const { run, hop } = work;
  const { openings, idleHops } = stretch;
  const next = { run: run.id, hop: hop + 1, openings, idleHops };
  await services.handOn(next, run.correlationId, stretch.afterSeconds);
  return tellProgress(services, work, route, `${stretch.reason}: ${stretch.detail}`, now);
};
