import * as z from 'zod';
import { checkReportSchema } from '../../events/check-reported/v1.ts';
import { verifiedSchema } from './verified.ts';

/** The newest verified backup of a series, and the one that it was judged by. */
export const newestSchema = verifiedSchema.extend({ before: verifiedSchema.optional() });
export type Newest = z.infer<typeof newestSchema>;

/** What a verdict was found with. Records of versions that did not note it are read, too. */
const foundWith = {
  /** `READER` of the function that read it. */
  reader: z.number().optional(),
  /** Of the function that read it. */
  memoryMb: z.number().optional(),
};

export const readingSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  /** What was read: the version, and how the plan said to read it. */
  fingerprint: z.string(),
  readAt: z.iso.datetime(),
  lastModified: z.iso.datetime(),
  /** Which it was judged in: a second reading is judged in the same one. */
  series: z.string().optional(),
  ...foundWith,
  report: checkReportSchema,
});
export type Reading = z.infer<typeof readingSchema>;

/** Another reading that was asked for: when, and under which conditions (`describeConditions`). */
const askedSchema = z.object({ at: z.iso.datetime(), under: z.string() });
export type Asked = z.infer<typeof askedSchema>;

/** Problems that still stand: the sweep looks at them until they are gone. */
export const problemSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  backup: z.string(),
  since: z.iso.datetime(),
  lastModified: z.iso.datetime(),
  etag: z.string(),
  fingerprint: z.string().optional(),
  ...foundWith,
  asked: askedSchema.optional(),
  /** Nobody can look, and another try under the same conditions would not help. */
  isLasting: z.boolean().optional(),
  report: checkReportSchema,
  /** Of a problem with what a backup holds: one for a series, of its newest. */
  series: z.string().optional(),
  /** Of the same: it was found without the one before it. A record that does not say so was found by comparison. */
  isAlone: z.boolean().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The newest backup of a policy that could be read and not be judged. One for a policy, not one for each. */
export const unjudgedSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  lastModified: z.iso.datetime(),
  fingerprint: z.string().optional(),
  ...foundWith,
  asked: askedSchema.optional(),
  report: checkReportSchema,
});
export type Unjudged = z.infer<typeof unjudgedSchema>;

/** The newest backup of a policy that was judged, good or bad: what is older cannot make the policy unknown. */
export const judgedSchema = z.looseObject({ key: z.string(), lastModified: z.iso.datetime() });

/** A folder that is looked at again at a time, so that until then nobody else need look. */
export const waitSchema = z.looseObject({
  bucket: z.string(),
  key: z.string(),
  until: z.iso.datetime(),
});
export type Wait = z.infer<typeof waitSchema>;
