import * as z from 'zod';
import type { Confirmation, EnvelopeSignature, Notification } from './envelope.ts';
import { parseTopicArn } from './topic-arn.ts';

const nullish = z.string().nullish();

const commonFields = {
  MessageId: z.string().regex(/^[\w-]{1,128}$/, 'must be 1 to 128 letters, digits, _ or -'),
  TopicArn: z
    .string()
    .refine((arn) => parseTopicArn(arn) !== undefined, 'must be the ARN of a topic'),
  Message: z.string(),
  Timestamp: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, 'must be like 2026-01-31T02:00:00.000Z')
    .refine((text) => Number.isFinite(Date.parse(text)), 'must be a moment that exists'),
  SignatureVersion: nullish,
  Signature: nullish,
  // Lambda events have `Url` where everything else has `URL`, and null where it has nothing.
  SigningCertURL: nullish,
  SigningCertUrl: nullish,
};

type CommonFields = z.infer<z.ZodObject<typeof commonFields>>;

const signatureFields = (fields: CommonFields): (string | null | undefined)[] => [
  fields.SignatureVersion,
  fields.Signature,
  fields.SigningCertURL ?? fields.SigningCertUrl,
];

/** All three fields or none: with less a message would be neither signed nor unsigned. */
const isWhole = (fields: CommonFields): boolean =>
  new Set(signatureFields(fields).map((field) => field == null)).size === 1;

const TOGETHER = {
  path: ['Signature'],
  message: 'SignatureVersion, Signature and SigningCertURL belong together',
};

const readSignature = (fields: CommonFields): { signature?: EnvelopeSignature } => {
  const [version, value, certificateUrl] = signatureFields(fields);
  if (version == null || value == null || certificateUrl == null) return {};
  return { signature: { version, value, certificateUrl } };
};

const readCommon = (fields: CommonFields) => ({
  messageId: fields.MessageId,
  topicArn: fields.TopicArn,
  message: fields.Message,
  timestamp: fields.Timestamp,
  sentAt: new Date(fields.Timestamp),
  ...readSignature(fields),
});

export const notificationSchema = z
  .object({
    ...commonFields,
    Type: z.literal('Notification'),
    // SNS takes none with a line break; with one, the text that is signed could be cut into other fields.
    Subject: z
      .string()
      .regex(/^[^\n\r]*$/, 'must be one line')
      .nullish(),
    UnsubscribeURL: nullish,
    UnsubscribeUrl: nullish,
    SequenceNumber: nullish,
    MessageAttributes: z
      .record(z.string(), z.object({ Type: z.string(), Value: z.string() }))
      .nullish(),
  })
  .refine(isWhole, TOGETHER)
  .transform((fields): Notification => {
    const { Subject: subject, SequenceNumber: sequenceNumber } = fields;
    const unsubscribeUrl = fields.UnsubscribeURL ?? fields.UnsubscribeUrl;
    const attributes = Object.entries(fields.MessageAttributes ?? {});
    return {
      type: fields.Type,
      ...readCommon(fields),
      ...(subject == null ? {} : { subject }),
      ...(unsubscribeUrl == null ? {} : { unsubscribeUrl }),
      ...(sequenceNumber == null ? {} : { sequenceNumber }),
      attributes: new Map(
        attributes.map(([name, { Type: type, Value: value }]) => [name, { type, value }]),
      ),
    };
  });

export const confirmationSchema = z
  .object({
    ...commonFields,
    Type: z.enum(['SubscriptionConfirmation', 'UnsubscribeConfirmation']),
    Token: z.string().regex(/^[!-~]{1,2048}$/, 'must be 1 to 2048 printable characters'),
    SubscribeURL: z.string().regex(/^[!-~]{1,4096}$/, 'must be 1 to 4096 printable characters'),
  })
  .refine(isWhole, TOGETHER)
  .transform(
    (fields): Confirmation => ({
      type: fields.Type,
      ...readCommon(fields),
      token: fields.Token,
      subscribeUrl: fields.SubscribeURL,
    }),
  );
