import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { DeadLetterPolicy, WebhookPolicy } from '../../shared/plan/plan.ts';
import { readTopicArn } from '../../shared/plan/queue-address.ts';
import { countLosses, LOSS_HOURS } from './count-losses.ts';
import { decideAge } from './decide-age.ts';
import { decideDepth } from './decide-depth.ts';
import { decideDuplicates } from './decide-duplicates.ts';
import { decideRedrive, type RedriveCase } from './decide-redrive.ts';
import { decideUnseen } from './decide-unseen.ts';
import type { Judgement } from './judgement.ts';
import type { MemoryStore } from './memory-store.ts';
import type { MetricClient } from './metric-client.ts';
import { peekInto } from './peek-into.ts';
import type { QueueAttributes, QueueClient } from './queue-client.ts';
import { permissionOf } from './queue-policy.ts';
import type { ReceiverClient } from './receiver-client.ts';

export type WebhookCheck = {
  webhook: WebhookPolicy;
  queues: QueueClient;
  metrics: MetricClient;
  memories: MemoryStore;
  askReceiver: ReceiverClient;
  /** Where this runs. */
  account: string;
  now: Date;
  /** The line that replays this webhook's dead letters. */
  replay: string;
  warn: (message: string, detail: object) => void;
};

type QueueLook = { judgements: Judgement[]; queue: NonNullable<RedriveCase['queue']> };

const judgeQueue = async (
  check: WebhookCheck,
  policy: DeadLetterPolicy,
  attributes: QueueAttributes,
): Promise<QueueLook> => {
  const { webhook, queues, memories, now, replay, warn } = check;
  const looked = await peekInto({
    webhook: webhook.name,
    policy,
    attributes,
    client: queues,
    memories,
    now,
    warn,
  });
  const { topic, severity } = webhook;
  const { memory, peek, receives } = looked;
  const age = { policy, lossSeverity: severity, attributes, memory, peek, receives, now, replay };
  const request = { queueArn: policy.arn, topicArn: topic, account: readTopicArn(topic).account };
  const permission = permissionOf(attributes.policy, request);
  return {
    judgements: [decideDepth(policy, attributes, replay), decideAge(age)],
    queue: { attributes, permission },
  };
};

const lookAtQueue = async (check: WebhookCheck, policy: DeadLetterPolicy): Promise<QueueLook> => {
  let attributes: QueueAttributes;
  try {
    attributes = await check.queues.attributes(policy.queue);
  } catch (error) {
    const failure = describeAwsFailure(error);
    const checks = ['dead-letters-depth', 'dead-letters-age'] as const;
    return {
      judgements: checks.map((name) => decideUnseen(name, policy.queue, failure)),
      queue: { failure },
    };
  }
  return judgeQueue(check, policy, attributes);
};

/** None where the plan names no query. */
const judgeDuplicates = async ({ webhook, askReceiver }: WebhookCheck): Promise<Judgement[]> => {
  const { duplicates } = webhook;
  return duplicates === undefined
    ? []
    : [decideDuplicates(duplicates, await askReceiver(duplicates))];
};

/** Three judgements of a webhook with a dead-letter queue, one of a webhook without; then duplicates. */
export const checkWebhook = async (check: WebhookCheck): Promise<Judgement[]> => {
  const { webhook, metrics, account, now } = check;
  const { deadLetters } = webhook;
  const [looked, losses, duplicates] = await Promise.all([
    deadLetters === undefined ? undefined : lookAtQueue(check, deadLetters),
    countLosses(webhook, metrics, account, now),
    judgeDuplicates(check),
  ]);
  const redrive = decideRedrive({ webhook, queue: looked?.queue, losses, hours: LOSS_HOURS });
  return [...(looked?.judgements ?? []), redrive, ...duplicates];
};
