import * as z from 'zod';
import { severitySchema } from '../check-reported/v1.ts';
import { eventSchema } from '../envelope.ts';

export const ALERT_DELIVERY_REQUESTED = 'lifeboat.alert.delivery-requested.v1';

/** A command to `deliver-alert`: tell one channel about one change of one alert. */
export const alertDeliveryRequestSchema = z.looseObject({
  /**
   * Equal for every attempt to tell this channel this thing: the receiver's idempotency key. It travels
   * in an HTTP header.
   */
  deliveryId: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 ASCII characters, no blanks'),
  /** The channel's name in the plan. */
  channel: z.string().min(1),
  /** `open` pages, `repeat` reminds, `escalate` pages again, `resolve` closes. */
  action: z.enum(['open', 'repeat', 'escalate', 'resolve']),
  /** One incident from its opening to its end, whatever keys it was told under. */
  incident: z.string().min(1).max(200),
  /**
   * What a receiver groups by. It stays from open to resolve, except that an escalation has a key of its
   * own: a receiver that was acknowledged under the old one would stay silent. The next incident of the
   * same identity has another.
   */
  dedupKey: z.string().min(1).max(255),
  /** On `resolve`: every key under which this channel was told. */
  closes: z.array(z.string().min(1).max(255)).max(50).default([]),
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
  /** Where a person can look at the evidence. */
  links: z
    .array(z.looseObject({ href: z.url({ protocol: /^https$/ }), text: z.string().min(1) }))
    .max(10)
    .default([]),
  openedAt: z.iso.datetime(),
  /** When what is told here was observed. Within an incident the later one is the newer one. */
  observedAt: z.iso.datetime(),
});

export type AlertDeliveryRequest = z.infer<typeof alertDeliveryRequestSchema>;

export const alertDeliveryRequestedSchema = eventSchema(
  ALERT_DELIVERY_REQUESTED,
  alertDeliveryRequestSchema,
);
export type AlertDeliveryRequested = z.infer<typeof alertDeliveryRequestedSchema>;
