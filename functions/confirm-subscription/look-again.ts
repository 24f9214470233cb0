import type { Run } from '../../shared/handler/create-handler.ts';
import { endpointKey } from '../../shared/plan/endpoint-key.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { report, type Services } from './confirm-subscription.ts';
import { type Said, webhooksOf, worstSeverity } from './make-report.ts';

const SUBSCRIBE = 'Subscribe the endpoint and confirm it.';

type Standing = 'confirmed' | 'pending' | 'not-subscribed' | 'not-listed';

const WORDS: Record<Standing, string> = {
  confirmed: 'is confirmed',
  pending: 'waits for its confirmation',
  'not-subscribed': 'is not there',
  'not-listed': 'cannot be looked at: the topic’s owner does not allow it',
};
/** What is worst comes last. */
const ORDER: Standing[] = ['confirmed', 'not-listed', 'pending', 'not-subscribed'];

const look = async (
  { subscriptions }: Services,
  { topic, endpoint }: WebhookPolicy,
): Promise<Standing> => {
  const listing = await subscriptions.list(topic);
  if (listing === undefined) return 'not-listed';
  const found = listing.filter((listed) => endpointKey(listed.endpoint) === endpointKey(endpoint));
  if (found.length === 0) return 'not-subscribed';
  return found.some(({ arn }) => arn !== undefined) ? 'confirmed' : 'pending';
};

const say = (standing: Standing, webhooks: readonly WebhookPolicy[], at: Date): Said => {
  const said = {
    check: 'webhook-confirmation' as const,
    reason: standing,
    summary: `its subscription ${WORDS[standing]}`,
    expected: { confirmed: true },
    observed: { subscription: standing },
    at,
  };
  if (standing === 'confirmed') return { ...said, verdict: 'pass' };
  if (standing === 'not-listed') return { ...said, verdict: 'unknown' };
  return { ...said, verdict: 'fail', severity: worstSeverity(webhooks), action: SUBSCRIBE };
};

/**
 * Looks at the subscriptions of some webhooks and reports on each of them, and on the topic where several
 * share one. It is how a person closes an alert: what is confirmed now is a pass.
 *
 * @throws {SubscriptionError} where SNS could not be asked.
 */
export const lookAgain = async (
  services: Services,
  webhooks: readonly WebhookPolicy[],
  run: Run,
): Promise<{ webhook: string; subscription: Standing }[]> => {
  const now = run.now();
  const seen = await Promise.all(
    webhooks.map(async (webhook) => ({ webhook, standing: await look(services, webhook) })),
  );
  const tell = async (standing: Standing, topic: string, concerned: readonly WebhookPolicy[]) => {
    const said = say(standing, concerned, now);
    await report(services, topic, concerned, said, run.correlationId);
    if (said.verdict !== 'pass') return;
    const ended: Said = { ...said, check: 'webhook-ended' };
    await report(services, topic, concerned, ended, run.correlationId);
  };
  for (const { webhook, standing } of seen) await tell(standing, webhook.topic, [webhook]);
  for (const topic of new Set(webhooks.map((webhook) => webhook.topic))) {
    const sharing = webhooksOf(services.plan, topic);
    const standings = seen.flatMap((one) => (one.webhook.topic === topic ? [one.standing] : []));
    if (sharing.length === 1 || standings.length < sharing.length) continue;
    const worst = ORDER.findLast((standing) => standings.includes(standing)) ?? 'not-listed';
    await tell(worst, topic, sharing);
  }
  return seen.map(({ webhook, standing }) => ({ webhook: webhook.name, subscription: standing }));
};
