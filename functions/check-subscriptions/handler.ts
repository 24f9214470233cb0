import { askedWebhooks } from '../../shared/handler/asked-webhooks.ts';
import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { checkSubscriptions } from './check-subscriptions.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  onSchedule: (services, run) => checkSubscriptions(services, services.plan.webhooks, run),

  onInvoke: (services, payload, run) =>
    checkSubscriptions(services, askedWebhooks(payload, services.plan), run),
});
