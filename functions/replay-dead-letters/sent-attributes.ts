import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Item } from './copy.ts';

/** Carries the id that SNS gave the message first: whoever gets it now can know it again. */
export const ORIGINAL_ID = 'lifeboat.original-message-id';

/** SQS and SNS take ten. */
const MOST_ATTRIBUTES = 10;

/**
 * The message's own attributes, of every type, with the original id; of ten of its own the id takes no
 * place, since an attribute of the sender's is worth more and the envelope has the id too.
 */
export const sentAttributes = ({
  copy,
  idempotencyKey,
}: Item): Record<string, MessageAttributeValue> => {
  const own = Object.entries(copy.attributes).flatMap(([name, { DataType, ...value }]) =>
    DataType === undefined ? [] : [[name, { DataType, ...value }] as const],
  );
  const id = [ORIGINAL_ID, { DataType: 'String', StringValue: idempotencyKey }] as const;
  return Object.fromEntries(own.length < MOST_ATTRIBUTES ? [...own, id] : own);
};
