import * as z from 'zod';
import { functionEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = functionEnvironment.extend({
  DELIVERIES_TABLE: z.string().min(3),
  /** The queue of a channel is called this and the channel's name. */
  CHANNEL_QUEUE_PREFIX: z.string().min(1),
  /** The ARN of the topic of an e-mail channel is this and the channel's name. */
  EMAIL_TOPIC_ARN_PREFIX: z.string().startsWith('arn:'),
});

export type Config = z.infer<typeof configSchema>;
