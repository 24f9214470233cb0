import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { Item } from './copy.ts';

/** Where the usual senders write what kind of event it is: SES, EventBridge, and many others. */
const TYPES = ['type', 'eventType', 'notificationType', 'detail-type'];

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** What was published: the message inside the envelope, or the text that was delivered raw. */
const contentOf = ({ copy, raw }: Item): unknown => {
  const body = parse(copy.body);
  const message = raw ? body : field(body, 'Message');
  return typeof message === 'string' ? (parse(message) ?? message) : message;
};

/** Whether some path finds anything in a document. */
export type Finds = (document: unknown) => boolean;

/**
 * Which messages a run sends. Those of another topic are none of this webhook's; one without a time or a
 * type does not match a filter that asks for it.
 *
 * @param finds of the filter's JSONPath, where it has one.
 */
export const createFilter = (
  { types, since, until }: ReplayRequest['filter'],
  topic: string,
  finds?: Finds,
): ((item: Item) => boolean) => {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  const before = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  const asksForTime = since !== undefined || until !== undefined;
  const asksForContent = types !== undefined || finds !== undefined;
  return (item) => {
    if (item.topic !== undefined && item.topic !== topic) return false;
    if (asksForTime) {
      const at = (item.publishedAt ?? item.copy.sentAt)?.getTime();
      if (at === undefined || at < from || at >= before) return false;
    }
    if (!asksForContent) return true;
    const content = contentOf(item);
    const isOfType = types?.some((type) => TYPES.some((name) => field(content, name) === type));
    return isOfType !== false && (finds === undefined || finds(content));
  };
};
