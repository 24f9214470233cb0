import * as z from 'zod';
import { parseTopicArn } from '../sns-envelope/topic-arn.ts';
import { durationSchema } from './duration.ts';
import { filterPolicySchema } from './filter-policy-schema.ts';
import { readQueueUrl } from './queue-address.ts';
import { secretSchema } from './secret-reference.ts';
import { severitySchema } from './severity.ts';

const TOPIC = 'must be the ARN of an SNS topic with a 12-digit account id';
const topicArn = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;
const QUEUE =
  'must be the URL of an SQS queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, with a 12-digit account id';
const TARGET = 'must be the URL of an SQS queue or the ARN of an SNS topic';
const SUBSCRIBER =
  'must be the endpoint of a subscription: the ARN of a queue or a function, a URL, an e-mail address';

const deadLettersSchema = z.strictObject({
  queue: z
    .string({ error: QUEUE })
    .refine((text) => readQueueUrl(text) !== undefined, QUEUE)
    .describe('The URL of the queue that SNS puts failed deliveries in.'),
  'alarm-above': z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('More waiting messages than this are an alert.'),
  'alarm-older-than': durationSchema
    .optional()
    .describe('A message that has waited longer than this is an alert, however few there are.'),
  'alarm-before-expiry': durationSchema
    .default(3 * 86_400)
    .describe('This long before the queue deletes its oldest message, that is an alert.'),
  'replay-to': z
    .array(
      z
        .string({ error: TARGET })
        .refine((text) => readQueueUrl(text) !== undefined || topicArn.test(text), TARGET),
    )
    .default([])
    .describe(
      'Queues and topics that dead letters may be replayed to besides the endpoint. A topic sends to all of its subscribers.',
    ),
  severity: severitySchema.default('warning').describe('How loud that is.'),
});

const QUERY =
  'must be one SELECT, as text: "SELECT id, count(*) FROM … GROUP BY 1 HAVING count(*) > 1"';

const duplicatesSchema = z.strictObject({
  database: secretSchema.describe(
    "The postgres:// URL of the receiver's database as a reference: ${ssm:/path} or ${secret:name}.",
  ),
  query: z
    .string({ error: QUERY })
    .max(10_000)
    // A zero byte would end the text within PostgreSQL's protocol.
    .refine((text) => /^\s*(select|with)\b/i.test(text) && !text.includes('\0'), QUERY)
    .describe(
      'A SELECT with a row for each message that the receiver holds more than once: its id and, as an optional second column, how often.',
    ),
  severity: severitySchema.default('warning').describe('How loud a duplicate is.'),
});

/** As SNS takes it: it holds the text against its protocol, and sends it as it stands. */
const AS_SENT = /^https?:\/\/[!-~]+$/;
const SPELLING =
  'must begin with https:// in lower case, and have neither blanks nor letters beyond ASCII in it: percent-encode them';

export const webhookSchema = z.strictObject({
  topic: z
    .string({ error: TOPIC })
    .regex(topicArn, { error: TOPIC, abort: true })
    .refine((arn) => parseTopicArn(arn) !== undefined, TOPIC)
    .describe('The ARN of the SNS topic.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
    .refine((text) => AS_SENT.test(text), SPELLING)
    .describe('The https URL that must be subscribed, and confirmed.'),
  severity: severitySchema.default('critical').describe('How loud a lost subscription is.'),
  heal: z
    .boolean()
    .default(false)
    .describe(
      'Subscribe again, a few times a day at most, where the subscription is gone or nobody confirmed it. Without it nothing is changed.',
    ),
  receiver: z
    .enum(['strict', 'idempotent'])
    .default('strict')
    .describe(
      'What the receiver does with a message that it gets twice: idempotent, it knows it again; strict, it must not get it twice, and what may have arrived is left to a person.',
    ),
  'raw-delivery': z
    .boolean()
    .default(false)
    .describe('Whether SNS must send the text alone, without its envelope.'),
  'filter-policy': filterPolicySchema
    .optional()
    .describe('The filter policy that the subscription must have. Without it: none.'),
  'filter-policy-scope': z
    .enum(['MessageAttributes', 'MessageBody'])
    .default('MessageAttributes')
    .describe('What the filter policy looks at.'),
  subscribers: z
    .array(z.string({ error: SUBSCRIBER }).regex(/^\S{1,2048}$/, SUBSCRIBER))
    .default([])
    .describe(
      'Endpoints of the other subscriptions that the topic may have. Any that is not named here is reported.',
    ),
  'dead-letters': deadLettersSchema
    .optional()
    .describe(
      'Where failed deliveries wait: the redrive policy that the subscription must have. Without it they are lost.',
    ),
  duplicates: duplicatesSchema
    .optional()
    .describe("How the receiver's database tells which messages it holds more than once."),
});

export type WebhookFile = z.infer<typeof webhookSchema>;
