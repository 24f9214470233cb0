import type * as z from 'zod';
import { hashBody } from './body-key.ts';
import type { Envelope } from './envelope.ts';
import { confirmationSchema, notificationSchema } from './envelope-schema.ts';

/** What keeps something that is meant as an SNS message from being one. */
export type InvalidReason =
  | 'too-large'
  | 'unknown-type'
  | 'missing-message-id'
  | 'invalid-message-id'
  | 'invalid-topic'
  | 'invalid-timestamp'
  | 'invalid-signature-fields'
  | 'invalid-field';

export type ParsedBody = (
  | { kind: 'envelope'; envelope: Envelope }
  /** Nothing of SNS is in it: raw delivery, or something else altogether. Only the reader's setting tells which. */
  | { kind: 'raw'; reason: 'empty' | 'not-json' | 'not-sns' }
  /** `detail` names the field and never a value. */
  | { kind: 'invalid'; reason: InvalidReason; detail: string }
) & {
  /** Of the body as it came. */
  sha256: string;
};

/** The most that SQS takes, in bytes; an SNS message is smaller. */
const MAX_BYTES = 1_048_576;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemaOf = (type: unknown) => {
  switch (type) {
    case 'Notification':
      return notificationSchema;
    case 'SubscriptionConfirmation':
    case 'UnsubscribeConfirmation':
      return confirmationSchema;
    default:
      return undefined;
  }
};

const REASONS: Readonly<Record<string, InvalidReason>> = {
  MessageId: 'invalid-message-id',
  TopicArn: 'invalid-topic',
  Timestamp: 'invalid-timestamp',
  Signature: 'invalid-signature-fields',
  SignatureVersion: 'invalid-signature-fields',
  SigningCertURL: 'invalid-signature-fields',
  SigningCertUrl: 'invalid-signature-fields',
};

const describeIssue = (issue: z.core.$ZodIssue | undefined, content: object) => {
  const field = String(issue?.path[0] ?? '');
  const detail = `${field}: ${issue?.message ?? 'is wrong'}`;
  if (field === 'MessageId' && Reflect.get(content, field) == null) {
    return { reason: 'missing-message-id', detail: 'MessageId: is not there' } as const;
  }
  return { reason: REASONS[field] ?? 'invalid-field', detail } as const;
};

const readContent = (content: unknown) => {
  if (!isObject(content)) return { kind: 'raw', reason: 'not-sns' } as const;
  const type: unknown = Reflect.get(content, 'Type');
  const schema = schemaOf(type);
  if (schema === undefined) {
    // Somebody else's JSON may well have a `Type`; a topic's ARN beside it is SNS's.
    const topic: unknown = Reflect.get(content, 'TopicArn');
    if (typeof topic !== 'string') return { kind: 'raw', reason: 'not-sns' } as const;
    const detail =
      'Type: must be Notification, SubscriptionConfirmation or UnsubscribeConfirmation';
    return { kind: 'invalid', reason: 'unknown-type', detail } as const;
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return { kind: 'envelope', envelope: parsed.data } as const;
  return { kind: 'invalid', ...describeIssue(parsed.error.issues[0], content) } as const;
};

const parseText = (body: string): { content: unknown } | undefined => {
  try {
    return { content: JSON.parse(body) };
  } catch {
    return undefined;
  }
};

const readBody = (body: string) => {
  if (Buffer.byteLength(body) > MAX_BYTES) {
    const detail = `the body is larger than ${MAX_BYTES} bytes`;
    return { kind: 'invalid', reason: 'too-large', detail } as const;
  }
  if (body === '') return { kind: 'raw', reason: 'empty' } as const;
  const json = parseText(body);
  return json === undefined
    ? ({ kind: 'raw', reason: 'not-json' } as const)
    : readContent(json.content);
};

/**
 * Reads the body of an HTTP request or of a queue's message as a message of SNS. Never throws. A
 * signature is not looked at here, and fields that SNS may add one day are passed over.
 */
export const parseSnsBody = (body: string): ParsedBody => ({
  ...readBody(body),
  sha256: hashBody(body),
});
