import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { parseInvocation } from './parse-invocation.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  onSchedule: (services, run) => checkDeadLetters(services, {}, run),

  onInvoke(services, payload, run) {
    const webhooks = services.plan.webhooks.map(({ name }) => name);
    return checkDeadLetters(services, parseInvocation(payload, webhooks), run);
  },
});
