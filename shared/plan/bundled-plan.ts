import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { compilePlan } from './compile-plan.ts';
import type { Plan } from './plan.ts';
import { planSchema } from './schema.ts';

/** What the deploy puts beside a function's code: the plan as JSON and its digest. */
export const bundleSchema = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  document: planSchema,
});

/**
 * The plan that was deployed with this code. Read once, at cold start.
 *
 * @throws where the file is missing or is not a bundled plan: the function then cannot start at all.
 */
export const readBundledPlan = (file: string): Plan => {
  const { digest, document } = bundleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return compilePlan(document, digest);
};
