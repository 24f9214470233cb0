import {
  type AwsFailure,
  describeAwsFailure,
} from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Stored } from '../../shared/json-ledger/json-ledger.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { decideHeal } from './decide-heal.ts';
import { decideSubscription, type Finding } from './decide-subscription.ts';
import { type Healing, heal } from './heal.ts';
import { type Look, lookFor } from './look.ts';
import type { MemoryStore } from './memory-store.ts';
import { type PendingTime, pendingTime } from './pending-time.ts';
import type { Listed, Listing, SubscriptionClient } from './subscription-client.ts';
import { placeOf, recentAttempts, remember, type WebhookMemory } from './webhook-memory.ts';

export type WebhookCheck = {
  webhook: WebhookPolicy;
  listing: Listing | AwsFailure;
  /** Subscriptions of the topic that are to be reported with this webhook. */
  foreign: Listed[];
  client: SubscriptionClient;
  memories: MemoryStore;
  now: Date;
  /** Told what went wrong without changing the verdict. */
  warn: (message: string, detail: object) => void;
};

/** What a check of one webhook comes to. */
export type Outcome = {
  findings: [Finding, ...Finding[]];
  look: Look;
  foreign: Listed[];
  healing: Healing;
  pending?: PendingTime;
  attempts: number;
};

type Recalled = { stored?: Stored<WebhookMemory | undefined>; isReadable: boolean };

const recall = async ({ webhook, memories, warn }: WebhookCheck): Promise<Recalled> => {
  try {
    return { stored: await memories.read(webhook.name), isReadable: true };
  } catch (error) {
    warn('What is remembered of a webhook was not read', describeAwsFailure(error));
    return { isReadable: false };
  }
};

const note = async (
  { webhook, memories, warn }: WebhookCheck,
  memory: WebhookMemory,
  etag: string | undefined,
): Promise<void> => {
  try {
    await memories.write(webhook.name, memory, etag);
  } catch (error) {
    warn('What is remembered of a webhook was not written', describeAwsFailure(error));
  }
};

const isTried = ({ outcome }: Healing): boolean => outcome === 'subscribed' || outcome === 'failed';

const stateOf = (look: Exclude<Look, { state: 'not-looked' }>): WebhookMemory['state'] =>
  look.state === 'unread' ? 'confirmed' : look.state;

/** Looks at one webhook, subscribes it again where the plan says so, and judges. */
export const checkWebhook = async (check: WebhookCheck): Promise<Outcome> => {
  const { webhook, listing, foreign, client, memories, now } = check;
  const look = await lookFor(webhook, listing, client);
  const none: Healing = { outcome: 'nothing-lost', says: '' };
  if (look.state === 'not-looked') {
    const findings = decideSubscription(webhook, { look, foreign });
    return { findings, look, foreign, healing: none, attempts: 0 };
  }
  const { stored, isReadable } = await recall(check);
  const place = placeOf(webhook);
  const before = stored?.value?.place === place ? stored.value : undefined;
  const memory = remember(before, stateOf(look), place, now);
  const decision = decideHeal(webhook, look, isReadable ? memory : 'unreadable', now);
  const healing = await heal({ webhook, decision, memories, stored, memory, client, now });
  if (!decision.heal && isReadable) await note(check, memory, stored?.etag);
  const attempts = [
    ...recentAttempts(memory, now),
    ...(isTried(healing) ? [now.toISOString()] : []),
  ];
  const isWaiting = look.state === 'pending' && isReadable;
  const pending = isWaiting ? pendingTime({ ...memory, attempts }, now) : undefined;
  return {
    findings: decideSubscription(webhook, { look, foreign, pending }),
    look,
    foreign,
    healing,
    pending,
    attempts: attempts.length,
  };
};
