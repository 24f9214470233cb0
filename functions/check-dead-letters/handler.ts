import { askedWebhooks } from '../../shared/handler/asked-webhooks.ts';
import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  onSchedule: (services, run) => checkDeadLetters(services, services.plan.webhooks, run),

  onInvoke: (services, payload, run) =>
    checkDeadLetters(services, askedWebhooks(payload, services.plan), run),
});
