import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import { checkWebhook } from './check-webhook.ts';
import { makeReport, type Place } from './make-report.ts';
import type { MemoryStore } from './memory-store.ts';
import type { MetricClient } from './metric-client.ts';
import { checkOwnQueues, type OwnQueues } from './own-queues.ts';
import type { QueueClient } from './queue-client.ts';
import type { ReceiverClient } from './receiver-client.ts';

export type Services = Place & {
  plan: Plan;
  /** Where this runs: CloudWatch shows the figures of this account alone. */
  account: string;
  own: OwnQueues;
  queuesIn: (region: string) => QueueClient;
  metricsIn: (region: string) => MetricClient;
  memories: MemoryStore;
  askReceiver: ReceiverClient;
  publish: FactPublisher;
};

const checkOne = async (
  services: Services,
  webhook: WebhookPolicy,
  run: Run,
): Promise<CheckReport[]> => {
  const { stage, account, memories, askReceiver } = services;
  const { region } = readTopicArn(webhook.topic);
  const now = run.now();
  const payload = JSON.stringify({ webhook: webhook.name });
  const judgements = await checkWebhook({
    webhook,
    queues: services.queuesIn(region),
    metrics: services.metricsIn(region),
    memories,
    askReceiver,
    account,
    now,
    replay: `sls invoke -f replay-dead-letters -s ${stage} -d '${payload}'`,
    warn: (message, detail) => run.log.warn(message, { detail }),
  });
  return judgements.map((judgement) => makeReport(webhook, judgement, now, services));
};

/** Lifeboat's own, unless it was asked about one webhook: only then is the list not the plan's own. */
const checkOwn = async (
  services: Services,
  asked: readonly WebhookPolicy[],
  run: Run,
): Promise<CheckReport[]> => {
  const { own, plan, queuesIn } = services;
  return asked === plan.webhooks
    ? checkOwnQueues(queuesIn(own.region), own, run.now(), services)
    : [];
};

/**
 * Checks the dead letters of every webhook of the plan, or of the one that was asked for, and publishes
 * what it found. Asked about all of them it checks those of Lifeboat itself as well. May be called at any
 * time and as often as one likes; it changes and deletes nothing.
 *
 * @throws {PublishError} where a report did not reach the topic; calling again helps.
 */
export const checkDeadLetters = async (
  services: Services,
  asked: readonly WebhookPolicy[],
  run: Run,
) => {
  const checked = await Promise.all([
    ...asked.map((webhook) => checkOne(services, webhook, run)),
    checkOwn(services, asked, run),
  ]);
  const reports = checked.flat();
  const { correlationId } = run;
  await services.publish(
    reports.map((data) => makeEvent(services, { ...reportMessage(data), correlationId })),
  );
  return reports.map(({ check, subject, verdict, reason, summary, action, measurements }) => ({
    check,
    [subject.kind]: subject.id,
    verdict,
    reason,
    summary,
    action,
    measurements,
  }));
};
