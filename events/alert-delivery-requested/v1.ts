import { z } from 'zod';
import { severitySchema } from '../check-reported/v1.ts';
import { eventSchema } from '../envelope.ts';

export const ALERT_DELIVERY_REQUESTED = 'lifeboat.alert.delivery-requested.v1';

/** A command to `deliver-alert`: tell one channel about one change of one alert. */
export const alertDeliveryRequestSchema = z.looseObject({
  /** Equal for every attempt to tell this channel this thing: the receiver's idempotency key. */
  deliveryId: z.string().min(1).max(200),
  /** The channel's name in the plan. */
  channel: z.string().min(1),
  /** `open` pages, `repeat` reminds, `escalate` pages again, `resolve` closes. */
  action: z.enum(['open', 'repeat', 'escalate', 'resolve']),
  /** Stable from open to resolve, and another for the next incident of the same identity. */
  dedupKey: z.string().min(1).max(255),
  severity: severitySchema,
  /** The worst thing first, in one line. */
  title: z.string().min(1).max(1024),
  check: z.string().min(1),
  subject: z.looseObject({
    kind: z.string().min(1),
    id: z.string().min(1),
    region: z.string().min(1),
  }),
  summary: z.string().min(1).max(1024),
  /** What to do next. */
  recommendation: z.string(),
  openedAt: z.iso.datetime(),
  /** When what is told here was observed. */
  observedAt: z.iso.datetime(),
});

export type AlertDeliveryRequest = z.infer<typeof alertDeliveryRequestSchema>;

export const alertDeliveryRequestedSchema = eventSchema(
  ALERT_DELIVERY_REQUESTED,
  alertDeliveryRequestSchema,
);
export type AlertDeliveryRequested = z.infer<typeof alertDeliveryRequestedSchema>;
