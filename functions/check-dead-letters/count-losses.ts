import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import type { Losses } from './decide-redrive.ts';
import type { MetricClient } from './metric-client.ts';

/** A loss is reported for a day: long enough that a person sees it, short enough to end. */
export const LOSS_HOURS = 24;

/**
 * How many messages of a webhook's topic were lost for good: with a dead-letter queue those that could not
 * be put into it either, without one those that were not delivered.
 *
 * @param account whose figures CloudWatch shows here.
 */
export const countLosses = async (
  { topic, deadLetters }: WebhookPolicy,
  metrics: MetricClient,
  account: string,
  now: Date,
): Promise<Losses> => {
  const { account: owner, name } = readTopicArn(topic);
  if (owner !== account) return 'other-account';
  const metric =
    deadLetters === undefined
      ? 'NumberOfNotificationsFailed'
      : 'NumberOfNotificationsFailedToRedriveToDlq';
  const from = new Date(now.getTime() - LOSS_HOURS * 3_600_000);
  try {
    return { count: await metrics.sum(metric, name, from, now) };
  } catch (error) {
    return { failure: describeAwsFailure(error) };
  }
};
