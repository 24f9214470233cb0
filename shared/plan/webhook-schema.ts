import { z } from 'zod';
import { severitySchema } from './severity.ts';

const TOPIC = 'must be the ARN of an SNS topic with a 12-digit account id';
const topicArn = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;

const deadLettersSchema = z.strictObject({
  queue: z
    .url({ protocol: /^https?$/, error: 'must be the URL of an SQS queue' })
    .describe('The URL of the queue that SNS puts failed deliveries in.'),
  'alarm-above': z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('More waiting messages than this are an alert.'),
  severity: severitySchema.default('warning').describe('How loud that is.'),
});

export const webhookSchema = z.strictObject({
  topic: z.string({ error: TOPIC }).regex(topicArn, TOPIC).describe('The ARN of the SNS topic.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be an https URL' })
    .describe('The https URL that must be subscribed, and confirmed.'),
  severity: severitySchema.default('critical').describe('How loud a lost subscription is.'),
  'dead-letters': deadLettersSchema.optional(),
});
