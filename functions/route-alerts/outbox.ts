import * as z from 'zod';
import {
  ALERT_DELIVERY_REQUESTED,
  type AlertDeliveryRequest,
  alertDeliveryRequestSchema,
} from '../../events/alert-delivery-requested/v1.ts';
import { reportSubject } from '../../events/check-reported/report-subject.ts';
import type { Envelope } from '../../events/envelope.ts';
import { makeEvent, type Speaker } from '../../shared/publish/make-event.ts';
import type { AlertReport } from './alert-report.ts';
import type { Delivery } from './decide-recipients.ts';
import type { Notice } from './describe-alert.ts';

const { shape } = alertDeliveryRequestSchema;

/** What is decided and not yet known to be in the channels' queues. Kept in one write with the decision. */
export const outboxEntrySchema = z.object({
  decidedAt: z.iso.datetime(),
  correlationId: z.string(),
  notice: alertDeliveryRequestSchema.omit({
    deliveryId: true,
    channel: true,
    action: true,
    dedupKey: true,
    closes: true,
  }),
  deliveries: z.array(
    z.object({
      deliveryId: shape.deliveryId,
      channel: shape.channel,
      action: shape.action,
      dedupKey: shape.dedupKey,
      closes: shape.closes,
    }),
  ),
});
export type OutboxEntry = z.infer<typeof outboxEntrySchema>;

/** Past this the oldest go: an entry is up to 12 KB, and DynamoDB keeps 400 KB in one item. */
const MAX_ENTRIES = 20;

const stamp = (time: string): string => time.replaceAll(/[-:.]/g, '');

/**
 * Puts deliveries behind those that wait. Their ids follow from the alert, the observation, the action
 * and the channel, so that what is sent again after a crash is recognised.
 */
export const addToOutbox = (
  outbox: readonly OutboxEntry[],
  deliveries: readonly Delivery[],
  {
    notice,
    report,
    decidedAt,
    correlationId,
  }: {
    notice: Notice;
    report: Pick<AlertReport, 'alertId' | 'observedAt'>;
    decidedAt: Date;
    correlationId: string;
  },
): OutboxEntry[] => {
  const cause = `${report.alertId}/${stamp(notice.openedAt)}/${stamp(report.observedAt)}`;
  const entry = {
    decidedAt: decidedAt.toISOString(),
    correlationId,
    notice,
    deliveries: deliveries.map((delivery) => ({
      deliveryId: `${cause}/${delivery.action}/${delivery.channel}`,
      ...delivery,
    })),
  };
  return [...outbox, entry].slice(-MAX_ENTRIES);
};

export type Command = Envelope & { data: AlertDeliveryRequest };

/** The command that a delivery becomes; equal whenever it is made again. */
export const makeCommand = (
  speaker: Speaker,
  { notice, decidedAt, correlationId }: OutboxEntry,
  delivery: OutboxEntry['deliveries'][number],
): Command =>
  makeEvent(speaker, {
    type: ALERT_DELIVERY_REQUESTED,
    subject: reportSubject(notice.check, notice.subject),
    data: { ...notice, ...delivery },
    time: new Date(decidedAt),
    correlationId,
  });
