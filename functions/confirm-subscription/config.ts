import * as z from 'zod';
import { functionEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = functionEnvironment.extend({
  FACTS_TOPIC_ARN: z.string().startsWith('arn:'),
  /** The function's own queue: what comes by HTTP waits there. */
  QUEUE_URL: z.url(),
});

export type Config = z.infer<typeof configSchema>;
