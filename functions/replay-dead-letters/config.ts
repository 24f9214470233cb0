import * as z from 'zod';
import { functionEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = functionEnvironment.extend({
  AWS_REGION: z.string().min(1),
  FACTS_TOPIC_ARN: z.string().startsWith('arn:'),
  /** Messages and runs: partition key `pk`, sort key `sk`. */
  LEDGER_TABLE: z.string().min(3),
  ARCHIVE_BUCKET: z.string().min(3),
  /** The function's own queue. */
  QUEUE_URL: z.url(),
  /** How long a poll waits that asks whether a queue is empty. */
  POLL_SECONDS: z.coerce.number().int().min(1).max(20).default(5),
});

export type Config = z.infer<typeof configSchema>;
