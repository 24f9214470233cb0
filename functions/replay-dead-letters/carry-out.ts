import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { beginWork, FIRST_HOP, findWebhook, type RunAction } from './begin-work.ts';
import { driveRun, type Told } from './drive-run.ts';
import { lastReport } from './end-run.ts';
import { makeProgress } from './make-report.ts';
import type { Command } from './parse-command.ts';
import { type Preview, previewRun } from './preview.ts';
import { reportParked } from './report-parked.ts';
import type { Services } from './services.ts';

const workOnRun = async (
  services: Services,
  action: RunAction,
  command: Command,
  invocation: Invocation,
  mostMs: number,
): Promise<Told> => {
  const { run = '', hop = 0, openings = 0, idleHops = 0, pausedUntil = 0 } = command.request;
  const work = await beginWork(services, action, command, invocation);
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

/** Carries out one command. @throws {UnprocessableMessageError} naming what is wrong with it. */
export const carryOut = async (
  services: Services,
  command: Command,
  invocation: Invocation,
  mostMs: number,
): Promise<Told | Preview | CheckReport[]> => {
  const { request } = command;
  const { action, webhook } = request;
  if (action === 'look') {
    const asked = webhook === undefined ? services.plan.webhooks : [findWebhook(services, webhook)];
    return reportParked(services, asked, invocation, mostMs);
  }
  if (action === 'start' && request.dryRun) {
    const preview = await previewRun(services, findWebhook(services, webhook ?? ''), request);
    invocation.log.info(preview.summary);
    return preview;
  }
  return workOnRun(services, action, command, invocation, mostMs);
};
