import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import type { Judgement } from './judgement.ts';

/** Two rounds of five minutes may be lost before a reader takes a report for stale. */
export const NEXT_CHECK_MS = 2 * 5 * 60_000;
export const CONTROLS = ['SOC2:A1.2', 'SOC2:CC7.2', 'ISO27001:A.8.16'];
const MAX_SUMMARY = 1024;

export type Place = { stage: string; service: string };

const promiseOf = ({ name, deadLetters }: WebhookPolicy, { check }: Judgement): string => {
  if (check === 'webhook-duplicates') return `webhooks.${name}.duplicates`;
  return `webhooks.${name}${deadLetters === undefined ? '' : '.dead-letters'}`;
};

/** Ties a judgement to its webhook, its place and a moment. */
export const makeReport = (
  webhook: WebhookPolicy,
  judgement: Judgement,
  now: Date,
  { stage, service }: Place,
): CheckReport => {
  const { action, summary, ...said } = judgement;
  const again = `sls invoke -f ${service} -s ${stage}`;
  return {
    ...said,
    subject: { kind: 'webhook', id: webhook.name, region: readTopicArn(webhook.topic).region },
    promise: promiseOf(webhook, judgement),
    summary: `${webhook.name}: ${summary}`.slice(0, MAX_SUMMARY),
    evidence: [],
    action: action === undefined ? '' : `${action} Then check again: ${again}`,
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + NEXT_CHECK_MS).toISOString(),
    controls: CONTROLS,
  };
};
