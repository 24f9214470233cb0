import {
  type AwsFailure,
  describeAwsFailure,
} from '../../shared/aws-failure/describe-aws-failure.ts';
import { endpointKey } from '../../shared/plan/endpoint-key.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type {
  Listed,
  Listing,
  SubscriptionAttributes,
  SubscriptionClient,
} from './subscription-client.ts';

/** What was seen of one webhook. */
export type Look =
  | { state: 'not-looked'; failure: AwsFailure }
  | { state: 'missing' | 'pending' }
  | { state: 'confirmed'; arn: string; attributes: SubscriptionAttributes }
  /** Subscribed, but its attributes could not be read. */
  | { state: 'unread'; failure: AwsFailure };

/** How a listing says that a subscription waits for its confirmation; there is no ARN yet. */
export const PENDING = 'PendingConfirmation';
const DELETED = 'Deleted';

const lookAt = async (client: SubscriptionClient, arn: string): Promise<Look> => {
  try {
    const attributes = await client.attributes(arn);
    const isPending = attributes.PendingConfirmation === 'true';
    return isPending ? { state: 'pending' } : { state: 'confirmed', arn, attributes };
  } catch (error) {
    const failure = describeAwsFailure(error);
    // Gone since it was listed.
    return failure.reason === 'not-found' ? { state: 'missing' } : { state: 'unread', failure };
  }
};

const tooMany = ({ subscriptions }: Listing): AwsFailure => ({
  reason: 'unexpected-error',
  message: `the topic has more than the ${subscriptions.length} subscriptions that were listed`,
});

/** Those that are spelled as in the plan; where none is, those that lead to the same place. */
const subscriptionsOf = (endpoint: string, { subscriptions }: Listing): Listed[] => {
  const there = subscriptions.filter(({ arn }) => arn !== DELETED);
  const exact = there.filter((one) => one.endpoint === endpoint);
  if (exact.length > 0) return exact;
  return there.filter((one) => endpointKey(one.endpoint) === endpointKey(endpoint));
};

/**
 * Looks for a webhook's subscription among those of its topic. A listing that names an ARN may still be of
 * a pending one: the attributes decide.
 */
export const lookFor = async (
  { endpoint }: Pick<WebhookPolicy, 'endpoint'>,
  listing: Listing | AwsFailure,
  client: SubscriptionClient,
): Promise<Look> => {
  if (!('subscriptions' in listing)) return { state: 'not-looked', failure: listing };
  const mine = subscriptionsOf(endpoint, listing);
  const named = mine.find(({ arn }) => arn.startsWith('arn:'));
  if (named !== undefined) return lookAt(client, named.arn);
  if (mine.some(({ arn }) => arn === PENDING)) return { state: 'pending' };
  return listing.complete
    ? { state: 'missing' }
    : { state: 'not-looked', failure: tooMany(listing) };
};

/**
 * Subscriptions of a topic that neither a webhook of the plan nor its `subscribers` name. A second one of a
 * webhook's endpoint, spelled in another way, is one: it sends every message there again.
 */
export const foreignOf = (listing: Listing | AwsFailure, webhooks: WebhookPolicy[]): Listed[] => {
  if (!('subscriptions' in listing)) return [];
  const planned = webhooks.flatMap(({ endpoint, subscribers }) => [endpoint, ...subscribers]);
  const known = new Set(planned.flatMap((endpoint) => subscriptionsOf(endpoint, listing)));
  return listing.subscriptions.filter((one) => !known.has(one) && one.arn !== DELETED);
};
