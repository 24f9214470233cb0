import type { CheckReport, Severity } from '../../events/check-reported/v1.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import { parseTopicArn } from '../../shared/sns-envelope/topic-arn.ts';

/**
 * What came of confirmations is one alert, which the next confirmation closes. That somebody ended a
 * subscription is another, which nothing but a person closes and no later confirmation hides.
 */
export type Check = 'webhook-confirmation' | 'webhook-ended';

/** It is reported when something happens, and holds until something else does. */
const HOLDS_MS = 365 * 86_400_000;
const CONTROLS = ['SOC2:CC7.2', 'ISO27001:A.8.16'];
const MAX_SUMMARY = 1024;

export type Place = { stage: string; service: string };

/** What is said of some webhooks of one topic. */
export type Said = Pick<CheckReport, 'verdict' | 'reason' | 'expected' | 'observed'> & {
  check: Check;
  severity?: Severity;
  /** Follows the name of what it is about, and a colon. */
  summary: string;
  /** What a person has to do. With it comes how to close the alert. */
  action?: string;
  measurements?: CheckReport['measurements'];
  evidence?: CheckReport['evidence'];
  at: Date;
};

export const webhooksOf = ({ webhooks }: Pick<Plan, 'webhooks'>, topicArn: string) =>
  webhooks.filter(({ topic }) => topic === topicArn);

export const worstSeverity = (webhooks: readonly WebhookPolicy[]): Severity =>
  webhooks.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';

/**
 * One webhook is spoken of by its name. Where several share a topic, and a message does not say which of
 * them it is about, the topic is.
 */
const subjectOf = (topicArn: string, webhooks: readonly WebhookPolicy[]) => {
  const region = parseTopicArn(topicArn)?.region ?? 'unknown';
  const [webhook, another] = webhooks;
  return webhook !== undefined && another === undefined
    ? { kind: 'webhook', id: webhook.name, region }
    : { kind: 'topic', id: topicArn, region };
};

export const makeReport = (
  topicArn: string,
  webhooks: readonly WebhookPolicy[],
  { summary, action, at, measurements = [], evidence = [], ...said }: Said,
  { stage, service }: Place,
): CheckReport => {
  const subject = subjectOf(topicArn, webhooks);
  const payload = subject.kind === 'webhook' ? ` --data '{"webhook": "${subject.id}"}'` : '';
  const close = `Then close this: sls invoke -f ${service} -s ${stage}${payload}`;
  return {
    ...said,
    subject,
    ...(subject.kind === 'webhook' ? { promise: `webhooks.${subject.id}` } : {}),
    summary: `${subject.id}: ${summary}`.slice(0, MAX_SUMMARY),
    measurements,
    evidence,
    action: action === undefined ? '' : `${action} ${close}`,
    checkedAt: at.toISOString(),
    nextCheckBy: new Date(at.getTime() + HOLDS_MS).toISOString(),
    controls: CONTROLS,
  };
};
