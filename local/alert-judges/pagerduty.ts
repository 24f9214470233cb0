import * as z from 'zod';
import { type Incoming, type Judgement, readJson } from './judgement.ts';

const MAX_BYTES = 512 * 1024;

const common = {
  routing_key: z.string().length(32, "Length of 'routing_key' is incorrect (should be 32)"),
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
};

const eventSchema = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...common,
    event_action: z.literal('trigger'),
    dedup_key: z.string().max(255).optional(),
    images: z.array(z.unknown()).optional(),
    payload: z.strictObject({
      summary: z.string().min(1).max(1_024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime().optional(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  z.strictObject({
    ...common,
    event_action: z.enum(['acknowledge', 'resolve']),
    dedup_key: z.string().min(1).max(255),
  }),
]);

export type PagerDutyEvent = z.infer<typeof eventSchema>;

const refuse = (errors: string[]): Judgement => ({
  status: 400,
  body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors }),
  problem: errors.join('; '),
});

const reading = (text: string) => eventSchema.safeParse(readJson(text));

/** The event in an accepted request. */
export const readPagerDutyEvent = (text: string): PagerDutyEvent | undefined => reading(text).data;

/** What PagerDuty's Events API v2 answers. */
export const judgePagerDuty = ({ text }: Incoming): Judgement => {
  if (Buffer.byteLength(text) > MAX_BYTES) return refuse(['The event is larger than 512 KB']);
  const event = reading(text);
  if (!event.success) {
    return refuse(event.error.issues.map(({ path, message }) => `'${path.join('.')}' ${message}`));
  }
  const dedupKey = event.data.dedup_key ?? 'made-up-by-pagerduty';
  return {
    status: 202,
    body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: dedupKey }),
  };
};
