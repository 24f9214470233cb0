import {
  ConfirmSubscriptionCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { parseTopicArn } from '../../shared/sns-envelope/topic-arn.ts';
import type { Subscription } from './decide-confirmation.ts';

/** SNS could not be asked now. A later try may succeed. The token is not in the text. */
export class SubscriptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubscriptionError';
  }
}

export type Confirmed =
  | { result: 'confirmed'; arn: string }
  /** No later try will do better. */
  | { result: 'refused'; reason: 'token-invalid' | 'topic-not-found' };

export type SubscriptionClient = {
  /**
   * Undefined where the topic's owner does not allow a look, and where there are too many to see all.
   *
   * @throws {SubscriptionError}
   */
  list(topicArn: string): Promise<Subscription[] | undefined>;
  /**
   * Confirms with the token, so that from then on only an authenticated caller can unsubscribe. May be
   * called again.
   *
   * @throws {SubscriptionError}
   */
  confirm(topicArn: string, token: string): Promise<Confirmed>;
};

const MAX_PAGES = 10;
const BAD_TOKEN = /^InvalidParameter/;

const isArn = (text: string | undefined): text is string => text?.startsWith('arn:') === true;

const listAll = async (sns: SNSClient, TopicArn: string): Promise<Subscription[] | undefined> => {
  const found: Subscription[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    // Without a list it is no answer of SNS, whatever its status says: nothing must be taken for missing.
    if (answer.Subscriptions === undefined) throw new TypeError('the answer is no list');
    for (const { SubscriptionArn: arn, Endpoint: endpoint = '' } of answer.Subscriptions) {
      if (isArn(arn)) found.push({ endpoint, arn });
      else if (arn === 'PendingConfirmation') found.push({ endpoint });
    }
    NextToken = answer.NextToken;
    if (NextToken === undefined || NextToken === '') return found;
  }
  return undefined;
};

/** @param snsIn the client of a Region: a subscription is confirmed in that of its topic. */
export const createSubscriptionClient = (
  snsIn: (region: string) => SNSClient,
): SubscriptionClient => {
  const clientOf = (topicArn: string): SNSClient => {
    const region = parseTopicArn(topicArn)?.region;
    if (region === undefined) throw new SubscriptionError('the topic has no Region');
    return snsIn(region);
  };
  return {
    async list(topicArn) {
      try {
        return await listAll(clientOf(topicArn), topicArn);
      } catch (error) {
        const { reason, message } = describeAwsFailure(error);
        // Topics of other accounts may not be listed; one that is not there cannot be confirmed either.
        if (reason === 'access-denied' || reason === 'not-found') return undefined;
        throw new SubscriptionError(`the topic's subscriptions were not listed: ${message}`);
      }
    },

    async confirm(topicArn, token) {
      try {
        const { SubscriptionArn } = await clientOf(topicArn).send(
          new ConfirmSubscriptionCommand({
            TopicArn: topicArn,
            Token: token,
            AuthenticateOnUnsubscribe: 'true',
          }),
        );
        if (isArn(SubscriptionArn)) return { result: 'confirmed', arn: SubscriptionArn };
      } catch (error) {
        const { reason, message } = describeAwsFailure(error);
        if (BAD_TOKEN.test(message)) return { result: 'refused', reason: 'token-invalid' };
        if (reason === 'not-found') return { result: 'refused', reason: 'topic-not-found' };
        const text = message.replaceAll(token, '…');
        throw new SubscriptionError(`the subscription was not confirmed: ${text}`);
      }
      throw new SubscriptionError('SNS named no subscription that it confirmed');
    },
  };
};
