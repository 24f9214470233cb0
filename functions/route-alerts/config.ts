import * as z from 'zod';
import { functionEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = functionEnvironment.extend({
  ALERTS_TABLE: z.string().min(3),
  /** A channel's queue is called this and the channel's name. */
  CHANNEL_QUEUE_PREFIX: z.string().min(1),
});

export type Config = z.infer<typeof configSchema>;
