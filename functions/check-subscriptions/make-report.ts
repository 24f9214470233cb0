import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import type { Outcome } from './check-webhook.ts';
import { showEndpoint } from './show-endpoint.ts';

/** Two rounds of five minutes may be lost before a reader takes a report for stale. */
const NEXT_CHECK_MS = 2 * 5 * 60_000;
const CONTROLS = ['SOC2:A1.2', 'SOC2:CC7.2', 'ISO27001:A.8.16'];
const MAX_SUMMARY = 1024;
const MOST_FOREIGN = 20;

/** What subscribing again mends, and what is left to do. */
const HEALED = ['missing', 'wrong-endpoint', 'pending'];
const CONFIRM = 'Let the endpoint confirm what SNS sends it.';

export type Place = { stage: string; service: string };

const expectedOf = (webhook: WebhookPolicy) => ({
  topic: webhook.topic,
  endpoint: webhook.endpoint,
  rawDelivery: webhook.rawDelivery,
  deadLetterQueue: webhook.deadLetters?.arn ?? null,
  filterPolicy: webhook.filterPolicy ?? null,
  subscribers: webhook.subscribers,
});

const observedOf = ({ look, foreign, healing, pending }: Outcome) => ({
  state: look.state,
  ...(look.state === 'confirmed'
    ? {
        subscription: look.arn,
        rawDelivery: look.attributes.RawMessageDelivery === 'true',
        redrivePolicy: look.attributes.RedrivePolicy ?? null,
        filterPolicy: look.attributes.FilterPolicy ?? null,
        // Where it is not, whoever reads a dead letter can unsubscribe by the address in it.
        unsubscribeNeedsAuthentication: look.attributes.ConfirmationWasAuthenticated === 'true',
      }
    : {}),
  ...(pending === undefined ? {} : { pending }),
  foreign: foreign.slice(0, MOST_FOREIGN).map((one) => ({
    endpoint: showEndpoint(one),
    subscription: one.arn,
  })),
  healing: healing.outcome,
});

const measure = (name: string, value: number | undefined, unit: string) =>
  value === undefined ? [] : [{ name, value, unit }];

/** Ties what was found to its webhook, its place and a moment. */
export const makeReport = (
  webhook: WebhookPolicy,
  outcome: Outcome,
  now: Date,
  { stage, service }: Place,
): CheckReport => {
  const { findings, foreign, healing, pending, attempts } = outcome;
  const [verdict] = findings;
  const said = [...findings.map(({ says }) => says), healing.says].filter((text) => text !== '');
  const isHealed = healing.outcome === 'subscribed';
  const actions = findings.flatMap((finding) =>
    isHealed && HEALED.includes(finding.reason) ? [CONFIRM] : finding.actions,
  );
  const again = `sls invoke -f ${service} -s ${stage}`;
  return {
    check: 'webhook-subscription',
    subject: { kind: 'webhook', id: webhook.name, region: readTopicArn(webhook.topic).region },
    promise: `webhooks.${webhook.name}`,
    verdict: verdict.verdict,
    reason: verdict.reason,
    ...(verdict.verdict === 'fail' ? { severity: verdict.severity } : {}),
    summary: `${webhook.name}: ${said.join('; ')}`.slice(0, MAX_SUMMARY),
    expected: expectedOf(webhook),
    observed: observedOf(outcome),
    measurements: [
      { name: 'foreign-subscriptions', value: foreign.length, unit: 'subscriptions' },
      { name: 'heal-attempts', value: attempts, unit: 'attempts a day' },
      ...measure('pending-hours-left-at-most', pending?.atMost, 'hours'),
      ...measure('pending-hours-left-at-least', pending?.atLeast, 'hours'),
    ],
    evidence: [],
    action: actions.length === 0 ? '' : `${actions.join(' ')} Then check again: ${again}`,
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + NEXT_CHECK_MS).toISOString(),
    controls: CONTROLS,
  };
};
