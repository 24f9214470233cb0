import { z } from 'zod';

export const configSchema = z.object({
  STAGE: z.string().min(1),
  PLAN_FILE: z.string().min(1),
  DELIVERIES_TABLE: z.string().min(3),
  /** The queue of a channel is called this and the channel's name. */
  CHANNEL_QUEUE_PREFIX: z.string().min(1),
  /** The ARN of the topic of an e-mail channel is this and the channel's name. */
  EMAIL_TOPIC_ARN_PREFIX: z.string().startsWith('arn:'),
});

export type Config = z.infer<typeof configSchema>;
