import { z } from 'zod';

const seconds = z.coerce.number().int().min(0);

export const configSchema = z.object({
  AWS_REGION: z.string().min(1),
  STAGE: z.string().min(1),
  SERVICE: z.string().min(1),
  FACTS_TOPIC_ARN: z.string().startsWith('arn:'),
  PLAN_FILE: z.string().min(1),
  LEDGER_BUCKET: z.string().min(3),
  VERIFY_QUEUE_URL: z.url(),
  /** The time between two runs: twice of it makes a report stale. */
  EVERY_SECONDS: seconds.min(1).default(900),
  /** How long an object's own event may take to have it verified. */
  SETTLE_SECONDS: seconds.default(30),
});

export type Config = z.infer<typeof configSchema>;
