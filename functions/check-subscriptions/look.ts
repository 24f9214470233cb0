import {
  type AwsFailure,
  describeAwsFailure,
} from '../../shared/aws-failure/describe-aws-failure.ts';
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
const PENDING = 'PendingConfirmation';

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
  const mine = listing.subscriptions.filter((one) => one.endpoint === endpoint);
  const named = mine.find(({ arn }) => arn.startsWith('arn:'));
  if (named !== undefined) return lookAt(client, named.arn);
  if (mine.some(({ arn }) => arn === PENDING)) return { state: 'pending' };
  return listing.complete
    ? { state: 'missing' }
    : { state: 'not-looked', failure: tooMany(listing) };
};

/** Subscriptions of a topic that neither a webhook of the plan nor its `subscribers` name. */
export const foreignOf = (listing: Listing | AwsFailure, webhooks: WebhookPolicy[]): Listed[] => {
  if (!('subscriptions' in listing)) return [];
  const known = new Set(
    webhooks.flatMap(({ endpoint, subscribers }) => [endpoint, ...subscribers]),
  );
  return listing.subscriptions.filter((one) => !known.has(one.endpoint) && one.arn !== 'Deleted');
};
