import { z } from 'zod';
import { checkEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = checkEnvironment.extend({
  /** Its own queue. */
  QUEUE_URL: z.url(),
});

export type Config = z.infer<typeof configSchema>;
