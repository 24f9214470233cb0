import { randomUUID } from 'node:crypto';
import { alertDeliveryRequestedSchema } from '../../events/alert-delivery-requested/v1.ts';
import { createHandler } from '../../shared/handler/create-handler.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { parseMessage } from '../../shared/handler/parse-message.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { configSchema } from './config.ts';
import { MAX_RECEIVES } from './decide-retry.ts';
import { deliverAlert } from './deliver-alert.ts';
import { buildServices } from './dependencies.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),
  maxReceives: MAX_RECEIVES,

  async onMessage(services, { body, queue, receives }, run) {
    const request = parseMessage(body, alertDeliveryRequestedSchema);
    const { channel } = request.data;
    if (queue !== `${services.queuePrefix}${channel}`) {
      throw new UnprocessableMessageError(
        'wrong-queue',
        `a delivery to "${channel}" does not belong in ${queue}`,
      );
    }
    const attempt = { id: randomUUID(), receives, now: run.now };
    const told = await deliverAlert(services, request, attempt);
    run.log.info('A delivery is done with', { ...told, channel });
  },

  /** Tries a channel out by hand; the ledger applies, so the same delivery goes out once. */
  onInvoke(services, payload, run) {
    const request = parseMessage(JSON.stringify(payload), alertDeliveryRequestedSchema);
    return deliverAlert(services, request, { id: randomUUID(), receives: 1, now: run.now });
  },
});
