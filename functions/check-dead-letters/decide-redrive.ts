import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { Judgement } from './judgement.ts';
import type { QueueAttributes } from './queue-client.ts';
import type { Permission } from './queue-policy.ts';

/** What CloudWatch says of messages that were lost for good. `undefined` = it has no figure. */
export type Losses = { count: number | undefined } | { failure: AwsFailure } | 'other-account';

export type RedriveCase = {
  webhook: WebhookPolicy;
  /** Absent for a webhook without a dead-letter queue. */
  queue?: { attributes: QueueAttributes; permission: Permission } | { failure: AwsFailure };
  losses: Losses;
  /** How far back losses were counted. */
  hours: number;
};

/** AWS keeps this key itself; SNS may not use it, and nobody can let it. */
const AWS_OWN_KEY = /(^|[:/])alias\/aws\/sqs$/;

type Said = Omit<Judgement, 'check' | 'expected' | 'observed' | 'measurements' | 'severity'>;

const fail = (reason: string, summary: string, action: string): Said => ({
  verdict: 'fail',
  reason,
  summary,
  action,
});

const lost = ({ webhook, losses, hours, queue }: RedriveCase): Said[] => {
  if (losses === 'other-account' || 'failure' in losses || !losses.count) return [];
  const what = losses.count === 1 ? '1 message is' : `${losses.count} messages are`;
  const why = queue === undefined ? 'was not delivered' : 'could not be put into the queue either';
  return [
    fail(
      'lost',
      `${what} lost for good: what the topic sent within ${hours} hours and ${why}`,
      `Ask their sender for them. See what the topic's subscriptions lack: aws sns list-subscriptions-by-topic --topic-arn ${webhook.topic}`,
    ),
  ];
};

const closed = ({ webhook, queue }: RedriveCase): Said[] => {
  const url = webhook.deadLetters?.queue ?? '';
  const found: Said[] = [];
  if (queue === undefined || 'failure' in queue) return [];
  if (queue.permission === 'refused') {
    found.push(
      fail(
        'queue-refuses-topic',
        `the policy of ${url} does not let ${webhook.topic} send to it: what cannot be delivered is lost`,
        `Allow sqs:SendMessage to sns.amazonaws.com with aws:SourceArn ${webhook.topic} in the queue's policy.`,
      ),
    );
  }
  if (AWS_OWN_KEY.test(queue.attributes.key ?? '')) {
    found.push(
      fail(
        'key-refuses-topic',
        `${url} is encrypted with the key that AWS keeps for SQS, which SNS may not use: what cannot be delivered is lost`,
        `Encrypt it with SSE-SQS: aws sqs set-queue-attributes --queue-url ${url} --attributes KmsMasterKeyId=,SqsManagedSseEnabled=true`,
      ),
    );
  }
  return found;
};

const unplanned = ({ webhook, queue }: RedriveCase): Said[] =>
  queue !== undefined
    ? []
    : [
        fail(
          'no-dead-letters',
          'the plan names no dead-letter queue: what cannot be delivered within an hour is lost',
          `Make a queue that the topic may send to, and name it under webhooks.${webhook.name}.dead-letters.`,
        ),
      ];

const unseen = ({ queue, losses }: RedriveCase): Said[] => {
  const found: Said[] = [];
  if (queue !== undefined && 'failure' in queue) {
    found.push({
      verdict: 'unknown',
      reason: queue.failure.reason,
      summary: `whether the topic may send to the queue was not read (${queue.failure.message})`,
      action: 'Let this function read the attributes of the queue, and see that it exists.',
    });
  } else if (queue?.permission === 'doubtful') {
    found.push({
      verdict: 'unknown',
      reason: 'policy-not-judged',
      summary: "the queue's policy has conditions that are not judged here",
    });
  }
  if (losses === 'other-account') {
    found.push({
      verdict: 'unknown',
      reason: 'other-account',
      summary: 'the topic is of another account, whose figures of lost messages are not seen here',
    });
  } else if ('failure' in losses) {
    found.push({
      verdict: 'unknown',
      reason: losses.failure.reason,
      summary: `whether messages were lost was not read from CloudWatch (${losses.failure.message})`,
      action: 'Let this function call cloudwatch:GetMetricStatistics.',
    });
  }
  return found;
};

const kept = ({ hours, queue }: RedriveCase): Said => {
  const hasKey = queue !== undefined && 'attributes' in queue && queue.attributes.key !== undefined;
  const key = hasKey ? '; its key was not looked at' : '';
  return {
    verdict: 'pass',
    reason: 'kept',
    summary: `the topic may send to the dead-letter queue${key}, and no lost message was reported within ${hours} hours`,
  };
};

const lossesOf = (losses: Losses) => {
  if (losses === 'other-account') return losses;
  return 'failure' in losses ? losses.failure.reason : (losses.count ?? 'none-reported');
};

/** Whether what cannot be delivered is kept, and whether anything was lost for good. Pure. */
export const decideRedrive = (one: RedriveCase): Judgement => {
  const { webhook, queue, losses } = one;
  const findings = [...lost(one), ...closed(one), ...unplanned(one), ...unseen(one)];
  const first = findings[0] ?? kept(one);
  const { verdict, reason } = first;
  const actions = findings.flatMap(({ action }) => (action === undefined ? [] : [action]));
  const { severity, deadLetters } = webhook;
  // Without a queue nothing is lost so far: it will be, at the next outage.
  const loud = reason === 'no-dead-letters' ? ('warning' as const) : severity;
  const count = losses !== 'other-account' && 'count' in losses ? losses.count : undefined;
  return {
    check: 'dead-letters-redrive',
    ...(verdict === 'fail' ? { verdict, severity: loud } : { verdict }),
    reason,
    summary: (findings.length === 0 ? [first] : findings).map(({ summary }) => summary).join('; '),
    ...(actions.length === 0 ? {} : { action: actions.join(' ') }),
    expected: { deadLetterQueue: deadLetters?.arn ?? null, topicMaySend: true, lost: 0 },
    observed: {
      permission: queue !== undefined && 'permission' in queue ? queue.permission : null,
      lost: lossesOf(losses),
    },
    measurements:
      count === undefined ? [] : [{ name: 'lost-messages', value: count, unit: 'messages' }],
  };
};
