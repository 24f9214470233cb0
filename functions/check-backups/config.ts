import * as z from 'zod';
import { checkEnvironment } from '../../shared/handler/function-environment.ts';

const seconds = z.coerce.number().int().min(0);

export const configSchema = checkEnvironment.extend({
  VERIFY_QUEUE_URL: z.url(),
  /** The time between two runs: twice of it makes a report stale. */
  EVERY_SECONDS: seconds.min(1).default(900),
  /** How long an object's own event may take to have it verified. */
  SETTLE_SECONDS: seconds.default(30),
});

export type Config = z.infer<typeof configSchema>;
