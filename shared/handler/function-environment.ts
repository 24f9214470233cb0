import * as z from 'zod';

/** What every function finds in its environment. Each extends it with what is its own. */
export const functionEnvironment = z.object({
  STAGE: z.string().min(1),
  /** The function's own name: it stands in the `source` of its events. */
  SERVICE: z.string().min(1),
  /** Where the bundled plan lies. */
  PLAN_FILE: z.string().min(1),
});

/** What a check needs besides: where it speaks, and where it remembers. */
export const checkEnvironment = functionEnvironment.extend({
  AWS_REGION: z.string().min(1),
  FACTS_TOPIC_ARN: z.string().startsWith('arn:'),
  LEDGER_BUCKET: z.string().min(3),
});
