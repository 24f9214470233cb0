import { z } from 'zod';

const topicArn = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;

export const webhookSchema = z.strictObject({
  topic: z.string().regex(topicArn, 'must be the ARN of an SNS topic with a 12-digit account id'),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an https URL' }),
  'dead-letters': z
    .strictObject({
      queue: z.url({ protocol: /^https?$/, error: 'must be the URL of an SQS queue' }),
      'alarm-above': z.number().int().min(0).default(0),
    })
    .optional(),
});
