import { createHash, randomUUID } from 'node:crypto';
import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { Command } from './parse-command.ts';
import type { Run } from './runs.ts';
import type { Continuation, Services } from './services.ts';

/** A run, and how far it was handed on. */
export type Work = { run: Run } & Omit<Continuation, 'run'>;

/** Of a run that was not handed on. */
export const FIRST_HOP = { hop: 0, openings: 0, idleHops: 0, pausedUntil: 0 };

export const findWebhook = ({ plan }: Services, name: string): WebhookPolicy => {
  const webhook = plan.webhooks.find((one) => one.name === name);
  if (webhook !== undefined) return webhook;
  const known = plan.webhooks.map((one) => one.name).join(', ') || 'none';
  throw new UnprocessableMessageError(
    'unknown-webhook',
    `webhook: the plan has no ${JSON.stringify(name)}; it has ${known}`,
  );
};

/** A name that can be read; the same command gives the same one. */
const nameRun = ({ request, eventId }: Command, now: Date): string => {
  if (request.run !== undefined) return request.run;
  const seed = eventId ?? randomUUID();
  const day = now.toISOString().slice(0, 10);
  const tail = createHash('sha256').update(seed).digest('hex').slice(0, 10);
  return eventId === undefined ? `${day}-${tail}` : `run-${tail}`;
};

const readRun = async ({ runs }: Services, id: string): Promise<Run> => {
  const run = await runs.read(id);
  if (run !== undefined) return run;
  throw new UnprocessableMessageError('unknown-run', `run: there is no run ${JSON.stringify(id)}`);
};

const startRun = async (
  services: Services,
  command: Command,
  invocation: Invocation,
): Promise<Work> => {
  const { request } = command;
  const webhook = findWebhook(services, request.webhook ?? '');
  const now = invocation.now();
  const run: Run = {
    id: nameRun(command, now),
    status: 'running',
    request,
    webhook: webhook.name,
    correlationId: command.correlationId ?? invocation.correlationId,
    startedAt: now.getTime(),
  };
  // A run that can never be worked on must not keep its name.
  services.openRoute(webhook, run);
  if (await services.runs.create(run)) return { run, ...FIRST_HOP };
  const before = await readRun(services, run.id);
  if (command.eventId === undefined) {
    throw new UnprocessableMessageError(
      'run-exists',
      `run: there is a run ${run.id} already (${before.status}); take another name, or "action": "resume"`,
    );
  }
  // The same command once more, since queues deliver at least once.
  return { run: before, ...FIRST_HOP };
};

const resumeRun = async (services: Services, id: string): Promise<Work> => {
  await services.runs.change(id, ['ended', 'cancelling'], { status: 'running' });
  return { run: await readRun(services, id), ...FIRST_HOP };
};

/** What is done with a run. */
export type RunAction = Exclude<ReplayRequest['action'], 'look'>;

/** Finds or makes the run that a command is about. */
export const beginWork = async (
  services: Services,
  action: RunAction,
  command: Command,
  invocation: Invocation,
): Promise<Work> => {
  const { run = '' } = command.request;
  switch (action) {
    case 'start':
      return startRun(services, command, invocation);
    case 'resume':
      return resumeRun(services, run);
    case 'cancel':
      await services.runs.change(run, ['running'], { status: 'cancelling' });
      return { run: await readRun(services, run), ...FIRST_HOP };
    case 'continue':
      return { run: await readRun(services, run), ...FIRST_HOP };
  }
};
