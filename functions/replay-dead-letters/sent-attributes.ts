import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Item } from './copy.ts';

/** Carries the id that SNS gave the message first: whoever gets it now can know it again. */
const ORIGINAL_ID = 'lifeboat.original-message-id';

/** SQS takes ten. SNS takes more, and throws away what it then delivers raw to a queue. */
const MOST_ATTRIBUTES = 10;

type Text = { DataType: string; StringValue: string };

/**
 * A message's own attributes with the original id; of ten of its own the id takes no place, since an attribute
 * of the sender's is worth more and the envelope has the id too.
 */
export const withOriginalId = <Value>(
  own: Record<string, Value>,
  { idempotencyKey }: Item,
): Record<string, Value | Text> =>
  Object.keys(own).length < MOST_ATTRIBUTES
    ? { ...own, [ORIGINAL_ID]: { DataType: 'String', StringValue: idempotencyKey } }
    : own;

/** The attributes of a message in a queue, of every type, with the original id. */
export const sentAttributes = (item: Item): Record<string, MessageAttributeValue> => {
  const own = Object.entries(item.copy.attributes).flatMap(([name, { DataType, ...value }]) =>
    DataType === undefined ? [] : [[name, { DataType, ...value }] as const],
  );
  return withOriginalId<MessageAttributeValue>(Object.fromEntries(own), item);
};
