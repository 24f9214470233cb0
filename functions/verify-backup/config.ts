import * as z from 'zod';
import { checkEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = checkEnvironment.extend({
  /** Its own queue. */
  QUEUE_URL: z.url(),
  /** How long nothing must have come into a folder before it is judged as one backup. */
  SETTLE_SECONDS: z.coerce.number().int().min(0).default(300),
  /** Set by Lambda. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.coerce.number().int().positive().optional(),
});

export type Config = z.infer<typeof configSchema>;
