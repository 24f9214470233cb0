import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { carryOut } from './carry-out.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { parseCommand, parseInvocation } from './parse-command.ts';
import { reportParked } from './report-parked.ts';

/** A person waits for the answer of `sls invoke`; the rest of the run goes over the queue. */
const WHILE_SOMEBODY_WAITS_MS = 40_000;

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  async onMessage(services, { body }, run) {
    await carryOut(services, parseCommand(body), run, Number.POSITIVE_INFINITY);
  },

  onSchedule: (services, run) =>
    reportParked(services, services.plan.webhooks, run, Number.POSITIVE_INFINITY),

  onInvoke: (services, payload, run) =>
    carryOut(services, parseInvocation(payload), run, WHILE_SOMEBODY_WAITS_MS),
});
