import * as z from 'zod';
import { durationSchema } from './duration.ts';
import { severitySchema } from './severity.ts';

/** What spans several fields is only judged where each of them is right. */
const isSound = ({ issues }: z.core.ParsePayload): boolean => issues.length === 0;

/** How old the newest backup may be, and how loud an older one is. */
export const freshSchema = z
  .strictObject({
    within: durationSchema.describe('The newest backup may be this old.'),
    severity: severitySchema.default('warning').describe('How loud an older one is.'),
    'critical-after': durationSchema.describe('From this age on it is critical.').optional(),
  })
  .refine((fresh) => (fresh['critical-after'] ?? Number.POSITIVE_INFINITY) > fresh.within, {
    path: ['critical-after'],
    message: 'must be longer than within',
    when: isSound,
  });

const generationsSchema = z
  .strictObject({
    daily: durationSchema.describe('One backup of every day is kept this long.').optional(),
    weekly: durationSchema.describe('One backup of every week is kept this long.').optional(),
    monthly: durationSchema.describe('One backup of every month is kept this long.').optional(),
  })
  .refine((tiers) => Object.values(tiers).some((tier) => tier !== undefined), {
    message: 'must name at least one of daily, weekly and monthly',
    when: isSound,
  });

/** How long backups are kept. */
export const retainSchema = z
  .union([z.literal('forever'), durationSchema, generationsSchema], {
    error: 'must be a duration such as 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }',
  })
  .describe(
    'How long each backup is kept: 30d, forever, or { daily: 30d, weekly: 90d, monthly: 1y }.',
  );
