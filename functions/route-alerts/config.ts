import { z } from 'zod';

export const configSchema = z.object({
  STAGE: z.string().min(1),
  SERVICE: z.string().min(1),
  PLAN_FILE: z.string().min(1),
  ALERTS_TABLE: z.string().min(3),
  /** A channel's queue is called this and the channel's name. */
  CHANNEL_QUEUE_PREFIX: z.string().min(1),
});

export type Config = z.infer<typeof configSchema>;
