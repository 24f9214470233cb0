import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { parseSnsBody } from '../../shared/sns-envelope/parse-body.ts';
import type { Item } from './copy.ts';

type Published = {
  message: string;
  subject?: string | undefined;
  attributes: Record<string, MessageAttributeValue>;
};

const attribute = (type: string, value: string): MessageAttributeValue =>
  type === 'Binary'
    ? { DataType: type, BinaryValue: Buffer.from(value, 'base64') }
    : { DataType: type, StringValue: value };

/** What was given to SNS when the message was published first: the envelope's inside, or the raw text. */
export const publishedOf = ({ copy }: Item): Published => {
  const parsed = parseSnsBody(copy.body);
  if (parsed.kind !== 'envelope' || parsed.envelope.type !== 'Notification') {
    const own = Object.entries(copy.attributes).flatMap(([name, { DataType, ...value }]) =>
      DataType === undefined ? [] : [[name, { DataType, ...value }] as const],
    );
    return { message: copy.body, attributes: Object.fromEntries(own) };
  }
  const { message, subject, attributes } = parsed.envelope;
  return {
    message,
    subject,
    attributes: Object.fromEntries(
      [...attributes].map(([name, { type, value }]) => [name, attribute(type, value)]),
    ),
  };
};
