import { askedWebhooks } from '../../shared/handler/asked-webhooks.ts';
import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { acceptRequest } from './accept-request.ts';
import { configSchema } from './config.ts';
import { confirmSubscription } from './confirm-subscription.ts';
import { buildServices } from './dependencies.ts';
import { lookAgain } from './look-again.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  async onMessage(services, { body }, run) {
    const done = await confirmSubscription(services, body, run);
    run.log.info('A confirmation is done with', done);
  },

  async onRequest(services, request, run) {
    const answer = await acceptRequest(services, request);
    run.log.info('A request was answered', { status: answer.statusCode, answer: answer.body });
    return answer;
  },

  onInvoke: (services, payload, run) =>
    lookAgain(services, askedWebhooks(payload, services.plan), run),
});
