import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { beginWork, FIRST_HOP, findWebhook } from './begin-work.ts';
import { driveRun, type Told } from './drive-run.ts';
import { lastReport } from './end-run.ts';
import { makeProgress } from './make-report.ts';
import type { Command } from './parse-command.ts';
import { type Preview, previewRun } from './preview.ts';
import type { Services } from './services.ts';

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
  const { action, run = '', hop = 0, openings = 0, idleHops = 0, pausedUntil = 0 } = request;
  const work = await beginWork(services, command, invocation);
  const { status } = work.run;
  if (action === 'continue' && status !== 'ended') {
    const goesOn = { ...work, hop, openings, idleHops, pausedUntil };
    return driveRun(services, goesOn, invocation, mostMs);
  }
  if (status === 'ended') {
    const route = services.openRoute(findWebhook(services, work.run.webhook), work.run);
    return lastReport(services, work.run, route, invocation.now());
  }
  if (action === 'cancel') {
    // Whoever works on it ends it; where nobody does, this does.
    await services.handOn({ run, ...FIRST_HOP }, work.run.correlationId, 5);
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
