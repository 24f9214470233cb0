import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import { countParked } from './count-parked.ts';
import { decideParked } from './decide-parked.ts';
import type { Services } from './services.ts';

const CONTROLS = ['SOC2:A1.2', 'SOC2:CC7.2', 'ISO27001:A.8.16'];
/** It is looked every day; one look may be lost before a reader takes a report for stale. */
const NEXT_LOOK_MS = 49 * 3_600_000;
/** For the reports. */
const RESERVE_MS = 5_000;

const reportOf = async (
  services: Services,
  webhook: WebhookPolicy,
  { now }: Invocation,
  mostMs: number,
): Promise<CheckReport> => {
  const { ledger, stage, service } = services;
  const { places, ...view } = services.openParked(webhook);
  const started = now();
  const isOver = () => now().getTime() >= started.getTime() + mostMs;
  const found = await countParked(ledger, view, isOver).catch(describeAwsFailure);
  const invoke = (data: object) =>
    `sls invoke -f ${service} -s ${stage} -d '${JSON.stringify(data)}'`;
  return {
    check: 'dead-letters-parked',
    subject: { kind: 'webhook', id: webhook.name, region: readTopicArn(webhook.topic).region },
    promise: `webhooks.${webhook.name}.dead-letters`,
    ...decideParked(found, places, invoke),
    evidence: [{ uri: places.quarantine }, { uri: places.unknown }],
    checkedAt: started.toISOString(),
    nextCheckBy: new Date(started.getTime() + NEXT_LOOK_MS).toISOString(),
    controls: CONTROLS,
  };
};

/**
 * Tells of each webhook with dead letters whether something of it lies parked. Reads alone, and may be called
 * as often as one likes.
 *
 * @param mostMs the longest that it may take, whatever the invocation has; each webhook gets its share.
 * @throws {PublishError} where a report did not reach the topic; calling again helps.
 */
export const reportParked = async (
  services: Services,
  webhooks: readonly WebhookPolicy[],
  invocation: Invocation,
  mostMs: number,
): Promise<CheckReport[]> => {
  const reports: CheckReport[] = [];
  const asked = webhooks.filter(({ deadLetters }) => deadLetters !== undefined);
  const end = invocation.now().getTime() + Math.min(mostMs, invocation.remainingMs() - RESERVE_MS);
  for (const [index, webhook] of asked.entries()) {
    const share = (end - invocation.now().getTime()) / (asked.length - index);
    const report = await reportOf(services, webhook, invocation, share);
    invocation.log.info(report.summary);
    reports.push(report);
  }
  const { correlationId } = invocation;
  await services.publish(
    reports.map((data) => makeEvent(services, { ...reportMessage(data), correlationId })),
  );
  return reports;
};
