import { z } from 'zod';

export const configSchema = z.object({
  AWS_REGION: z.string().min(1),
  STAGE: z.string().min(1),
  SERVICE: z.string().min(1),
  FACTS_TOPIC_ARN: z.string().startsWith('arn:'),
  PLAN_FILE: z.string().min(1),
  LEDGER_BUCKET: z.string().min(3),
});

export type Config = z.infer<typeof configSchema>;
