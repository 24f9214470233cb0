import * as z from 'zod';

/**
 * The CloudEvents 1.0 attributes that every Lifeboat event carries, with the three extensions that
 * tie it to a plan: which plan, which revision of it, and which chain of events it belongs to.
 *
 * Source: CloudEvents 1.0.2 "Context Attributes"; extension names are lower-case letters and digits
 * only, which is why `plandigest` has no separator.
 */
export const envelopeSchema = z.looseObject({
  specversion: z.literal('1.0'),
  /** Equal for every delivery of one event, so consumers deduplicate by `source` and `id`. */
  id: z.string().min(1).max(128),
  /** The function that speaks, as `/lifeboat/<stage>/<function>`. */
  source: z.string().startsWith('/lifeboat/'),
  type: z
    .string()
    .regex(/^lifeboat(\.[a-z-]+)+\.v\d+$/, 'must be lifeboat.<noun>.<verbed>.v<major>'),
  time: z.iso.datetime(),
  subject: z.string().min(1).max(2048),
  datacontenttype: z.literal('application/json'),
  plan: z.string().min(1),
  /** `sha256:` and 64 hex digits of the plan's canonical JSON. */
  plandigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  correlationid: z.string().min(1).max(128),
  data: z.looseObject({}),
});

export type Envelope = z.infer<typeof envelopeSchema>;

/** The schema of one event: the envelope with its `type` fixed and its `data` typed. */
export const eventSchema = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema.extend({ type: z.literal(type), data });
