import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Stored } from '../../shared/json-ledger/json-ledger.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { HealDecision } from './decide-heal.ts';
import { wantedAttributes } from './find-drift.ts';
import type { MemoryStore } from './memory-store.ts';
import type { SubscriptionClient } from './subscription-client.ts';
import type { WebhookMemory } from './webhook-memory.ts';

/** What became of mending, in a word and in a sentence. */
export type Healing = { outcome: string; says: string };

const describeRefusal = (decision: Exclude<HealDecision, { heal: true }>): string => {
  switch (decision.reason) {
    case 'nothing-lost':
      return '';
    case 'not-planned':
      return 'the plan does not say "heal: true", so it is not subscribed again';
    case 'no-memory':
      return 'not subscribed again, because what was tried before cannot be read';
    case 'too-early':
      return `it is not subscribed again before ${decision.notBefore.toISOString()}`;
  }
};

type Healer = {
  webhook: WebhookPolicy;
  decision: HealDecision;
  memories: MemoryStore;
  stored: Stored<unknown> | undefined;
  /** What is to be remembered of this look. */
  memory: WebhookMemory;
  client: SubscriptionClient;
  now: Date;
};

/**
 * Subscribes again where that was decided. The attempt is written down before it is made, on condition
 * that nothing changed since it was read: of two runs at once one tries, and a crash costs one attempt.
 * Nothing is thrown: what went wrong is said.
 */
export const heal = async (healer: Healer): Promise<Healing> => {
  const { webhook, decision, memories, stored, memory, client, now } = healer;
  if (!decision.heal) return { outcome: decision.reason, says: describeRefusal(decision) };
  try {
    const attempts = [...memory.attempts, now.toISOString()];
    const isOurs = await memories.write(webhook.name, { ...memory, attempts }, stored?.etag);
    if (!isOurs) return { outcome: 'another-run', says: 'another run subscribes it again' };
  } catch (error) {
    const { message } = describeAwsFailure(error);
    return {
      outcome: 'no-memory',
      says: `not subscribed again, because the attempt cannot be written down (${message})`,
    };
  }
  try {
    await client.subscribe(webhook.topic, webhook.endpoint, wantedAttributes(webhook));
    return { outcome: 'subscribed', says: 'it was subscribed again; its endpoint must confirm' };
  } catch (error) {
    const { message } = describeAwsFailure(error);
    return { outcome: 'failed', says: `subscribing it again failed (${message})` };
  }
};
