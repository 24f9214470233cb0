import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { endpointKey } from '../../shared/plan/endpoint-key.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { endedArnOf } from './decide-confirmation.ts';
import { type Case, sayConfirmed, sayElsewhere, sayRefused } from './judge-confirmation.ts';
import type { Said } from './make-report.ts';
import { type SubscriptionClient, SubscriptionError } from './subscription-client.ts';

type Services = { subscriptions: SubscriptionClient };

/** What came of a confirmation. `webhooks`: whom that is about. */
export type Told = {
  webhooks: readonly WebhookPolicy[];
  said?: Said;
  error?: Error;
  result: string;
  arn?: string;
};

const concerning = (webhooks: readonly WebhookPolicy[], endpoints: readonly string[]) => {
  const keys = endpoints.map(endpointKey);
  return webhooks.filter(({ endpoint }) => keys.includes(endpointKey(endpoint)));
};

/** Those that it can be about; all of the topic's where that is not known. */
const narrow = (given: Case, endpoints: readonly string[]): Case => {
  const concerned = concerning(given.webhooks, endpoints);
  return concerned.length > 0 ? { ...given, webhooks: concerned } : given;
};

export const refusal = (given: Case, reason: string): Told => ({
  said: sayRefused(given, reason),
  error: new UnprocessableMessageError(reason, `${given.confirmation.type}: ${reason}`),
  result: reason,
  webhooks: given.webhooks,
});

const elsewhere = (given: Case, arn: string): Told => {
  const error = new UnprocessableMessageError('other-subscription', `SNS confirmed ${arn}`);
  const { webhooks } = given;
  return { said: sayElsewhere(given, arn), error, result: error.reason, arn, webhooks };
};

/** Where a subscription leads; undefined where that cannot be seen. */
const endpointOf = async (
  { subscriptions }: Services,
  topicArn: string,
  arn: string,
): Promise<string | undefined> => {
  try {
    return (await subscriptions.list(topicArn))?.find((listed) => listed.arn === arn)?.endpoint;
  } catch (error) {
    if (error instanceof SubscriptionError) return undefined;
    throw error;
  }
};

/** A token does not say whose it is: two may have waited, or none of ours. What is listed now does. */
const sayWhose = (given: Case, arn: string, endpoints: readonly string[]): Told => {
  const webhooks = endpoints.length === 0 ? given.webhooks : concerning(given.webhooks, endpoints);
  if (webhooks.length > 0) {
    const said = sayConfirmed({ ...given, webhooks }, arn);
    return { said, result: said.reason, arn, webhooks };
  }
  const allowed = given.webhooks.flatMap(({ subscribers }) => subscribers).map(endpointKey);
  const isAllowed = endpoints.every((endpoint) => allowed.includes(endpointKey(endpoint)));
  // Of somebody else whom the plan names: of no webhook is anything known by it.
  return isAllowed ? { result: 'subscriber-confirmed', arn, webhooks } : elsewhere(given, arn);
};

/**
 * Confirms with the token of a message, and says what was confirmed.
 *
 * @param ruled endpoints that it can be of; none where nothing is known.
 * @throws {SubscriptionError} where SNS did not confirm it now.
 */
export const confirmToken = async (
  services: Services,
  given: Case,
  ruled: readonly string[],
): Promise<Told> => {
  const { topicArn, token } = given.confirmation;
  const confirmed = await services.subscriptions.confirm(topicArn, token);
  if (confirmed.result === 'refused') return refusal(narrow(given, ruled), confirmed.reason);
  const { arn } = confirmed;
  const wanted = endedArnOf(given.confirmation);
  if (!arn.startsWith(`${topicArn}:`) || (wanted !== undefined && arn !== wanted)) {
    return elsewhere(narrow(given, ruled), arn);
  }
  const endpoint = await endpointOf(services, topicArn, arn);
  return sayWhose(given, arn, endpoint === undefined ? ruled : [endpoint]);
};
