import { createHash } from 'node:crypto';
import { fallbackKey } from '../../shared/sns-envelope/body-key.ts';
import { subscriptionArnOf } from '../../shared/sns-envelope/envelope.ts';
import { type ParsedBody, parseSnsBody } from '../../shared/sns-envelope/parse-body.ts';
import type { Copy, Item } from './copy.ts';

export type Identity = {
  /** Of the destination, as it stands in every key. */
  destination: string;
  /** The topic of the webhook; a message without its envelope is taken to be of it. */
  topic: string;
  /** Whether the subscription delivers the text alone. */
  rawDelivery: boolean;
};

/** The key of another body under the id of a message that is known. */
export const keyApart = (key: string, hash: string): string => `${key}#${hash}`;

/** DynamoDB takes keys of 2,048 bytes; an endpoint's address may be as long as that by itself. */
const LONGEST_KEY = 1_024;

const keyOf = (destination: string, topic: string, id: string): string => {
  const key = `${destination}|${topic}|${id}`;
  return key.length <= LONGEST_KEY
    ? key
    : `sha256|${createHash('sha256').update(key).digest('hex')}`;
};

type Named = Pick<
  Item,
  'idempotencyKey' | 'topic' | 'messageId' | 'subscription' | 'publishedAt' | 'raw' | 'fault'
>;

const bare = (id: string, fault?: string): Named => ({ idempotencyKey: id, raw: true, fault });

const name = (parsed: ParsedBody, copy: Copy, { rawDelivery }: Identity): Named => {
  if (parsed.kind === 'invalid') return bare(parsed.sha256, parsed.reason);
  if (parsed.kind === 'raw') {
    const id = fallbackKey(parsed.sha256, copy.attributes);
    // An empty text cannot be published, so it is nothing that SNS sent.
    return rawDelivery && parsed.reason !== 'empty' ? bare(id) : bare(parsed.sha256, parsed.reason);
  }
  const { envelope } = parsed;
  if (envelope.type !== 'Notification') return bare(parsed.sha256, 'not-a-notification');
  return {
    idempotencyKey: envelope.messageId,
    messageId: envelope.messageId,
    topic: envelope.topicArn,
    subscription: subscriptionArnOf(envelope),
    publishedAt: envelope.sentAt,
    raw: false,
  };
};

/**
 * What a copy is a copy of. One that cannot be read gets its body's hash for a key, and says why it cannot
 * be replayed; it never throws.
 */
export const identify = (copy: Copy, identity: Identity): Item => {
  const parsed = parseSnsBody(copy.body);
  const found = name(parsed, copy, identity);
  const named = copy.fault === undefined ? found : { ...found, fault: copy.fault };
  const key = keyOf(identity.destination, named.topic ?? identity.topic, named.idempotencyKey);
  return {
    ...named,
    copy,
    key: copy.apart === true ? keyApart(key, parsed.sha256) : key,
    hash: copy.origin ?? parsed.sha256,
    address: '',
  };
};
