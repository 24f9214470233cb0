import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import {
  type AwsFailure,
  describeAwsFailure,
} from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import { checkWebhook } from './check-webhook.ts';
import { foreignOf } from './look.ts';
import { makeReport, type Place } from './make-report.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Listing, SubscriptionClient } from './subscription-client.ts';

export type Services = Place & {
  plan: Plan;
  subscriptionsIn: (region: string) => SubscriptionClient;
  memories: MemoryStore;
  publish: FactPublisher;
};

const list = async (client: SubscriptionClient, topic: string): Promise<Listing | AwsFailure> => {
  try {
    return await client.list(topic);
  } catch (error) {
    return describeAwsFailure(error);
  }
};

/** The webhooks of one topic, which is listed once. */
const checkTopic = async (
  services: Services,
  topic: string,
  asked: WebhookPolicy[],
  run: Run,
): Promise<CheckReport[]> => {
  const client = services.subscriptionsIn(readTopicArn(topic).region);
  const ofTopic = services.plan.webhooks.filter((webhook) => webhook.topic === topic);
  const listing = await list(client, topic);
  const foreign = foreignOf(listing, ofTopic);
  const now = run.now();
  const reports: CheckReport[] = [];
  for (const webhook of asked) {
    const outcome = await checkWebhook({
      webhook,
      listing,
      // Once for a topic, not with each of its webhooks.
      foreign: webhook === ofTopic[0] ? foreign : [],
      client,
      memories: services.memories,
      now,
      warn: (message, detail) => run.log.warn(message, { detail }),
    });
    reports.push(makeReport(webhook, outcome, now, services));
  }
  return reports;
};

/**
 * Checks the subscription of every webhook of the plan, or of the one that was asked for, and publishes a
 * report on each. May be called at any time and as often as one likes: what it subscribes again is bounded
 * by what is remembered, not by how often it is called.
 *
 * @throws {PublishError} where a report did not reach the topic; calling again helps.
 */
export const checkSubscriptions = async (
  services: Services,
  asked: readonly WebhookPolicy[],
  run: Run,
) => {
  const topics = [...Map.groupBy(asked, ({ topic }) => topic)];
  const checked = await Promise.all(
    topics.map(([topic, webhooks]) => checkTopic(services, topic, webhooks, run)),
  );
  const reports = checked.flat();
  const { correlationId } = run;
  await services.publish(
    reports.map((data) => makeEvent(services, { ...reportMessage(data), correlationId })),
  );
  return reports.map(({ check, subject, verdict, reason, summary, action, measurements }) => ({
    check,
    webhook: subject.id,
    verdict,
    reason,
    summary,
    action,
    measurements,
  }));
};
