import type { ReplayReport } from '../../events/replay-ended/v1.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { beginWork, findWebhook, type Work } from './begin-work.ts';
import { driveRun, type Told } from './drive-run.ts';
import { makeProgress, makeReport } from './make-report.ts';
import type { Command } from './parse-command.ts';
import { type Preview, previewRun } from './preview.ts';
import type { Services } from './services.ts';

/** A run that has ended says again how. */
const lastReport = async (
  services: Services,
  { run }: Work,
  invocation: Invocation,
): Promise<ReplayReport> => {
  const route = services.openRoute(findWebhook(services, run.webhook), run);
  const totals = await services.runs.totals(run.id);
  const at = run.endedAt ?? invocation.now().getTime();
  const reported = { run, totals, destination: route.destination.id };
  return makeReport(reported, route.places, {
    reason: run.reason ?? 'finished',
    detail: 'as before',
    at,
  });
};

/** Carries out one command. @throws {UnprocessableMessageError} naming what is wrong with it. */
export const carryOut = async (
  services: Services,
  command: Command,
  invocation: Invocation,
  mostMs: number,
): Promise<Told | Preview> => {
  const { request } = command;
  if (request.action === 'start' && request.dryRun) {
    const preview = await previewRun(
      services,
      findWebhook(services, request.webhook ?? ''),
      request,
    );
    invocation.log.info(preview.summary);
    return preview;
  }
  const { action, run = '', hop = 0, openings = 0, idleHops = 0 } = command.request;
  const work = await beginWork(services, command, invocation);
  const { status } = work.run;
  if (action === 'continue' && status !== 'ended') {
    return driveRun(services, { ...work, hop, openings, idleHops }, invocation, mostMs);
  }
  if (status === 'ended') return lastReport(services, work, invocation);
  if (action === 'cancel') {
    // Whoever works on it ends it; where nobody does, this does.
    await services.handOn({ run, hop: 0, openings: 0, idleHops: 0 }, work.run.correlationId, 5);
    const route = services.openRoute(findWebhook(services, work.run.webhook), work.run);
    const totals = await services.runs.totals(run);
    return makeProgress(
      { run: work.run, totals, destination: route.destination.id },
      hop,
      'it is being cancelled',
    );
  }
  return driveRun(services, work, invocation, mostMs);
};
