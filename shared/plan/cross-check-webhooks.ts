import { parseTopicArn } from '../sns-envelope/topic-arn.ts';
import { certificateAuthority } from '../sns-signature/certificate-address.ts';
import { endpointKey } from './endpoint-key.ts';
import { error, type Finding, warning } from './finding.ts';
import type { Plan, WebhookPolicy } from './plan.ts';
import { readQueueUrl, readTopicArn } from './queue-address.ts';

const FIFO = '.fifo';

/** A redrive policy takes a queue of the subscription's own account and Region, of the topic's kind. */
const deadLetterQueue = ({ name, topic, deadLetters }: WebhookPolicy): Finding[] => {
  if (deadLetters === undefined) return [];
  const path = ['webhooks', name, 'dead-letters', 'queue'];
  const { region, account } = readTopicArn(topic);
  const queue = readQueueUrl(deadLetters.queue);
  const found: Finding[] = [];
  if (queue?.region !== undefined && queue.region !== region) {
    found.push(
      error(path, `is in ${queue.region} and the topic in ${region}; SNS takes no other Region`),
    );
  }
  if (queue?.account !== account) {
    found.push(
      warning(
        path,
        `is of account ${queue?.account} and the topic of ${account}; SNS takes a queue of the subscription's own account alone`,
      ),
    );
  }
  if (queue !== undefined && queue.name.endsWith(FIFO) !== topic.endsWith(FIFO)) {
    found.push(
      error(
        path,
        'and the topic must both be FIFO, or neither: SNS takes no other for its dead letters',
      ),
    );
  }
  for (const [index, target] of deadLetters.replayTo.entries()) {
    if (target !== deadLetters.queue) continue;
    const where = ['webhooks', name, 'dead-letters', 'replay-to', index];
    found.push(
      error(where, 'is the dead-letter queue itself: a replay would empty it into itself'),
    );
  }
  return found;
};

const subscription = ({ name, topic, endpoint, rawDelivery, deadLetters }: WebhookPolicy) => {
  const path = ['webhooks', name];
  const url = URL.parse(endpoint);
  const found: Finding[] = [];
  if (url !== null && `${url.username}${url.password}` !== '') {
    found.push(
      error(
        [...path, 'endpoint'],
        'must not have a user or a password in it: it stands in every report',
      ),
    );
  }
  const address = parseTopicArn(topic);
  if (address !== undefined && certificateAuthority(address) === undefined) {
    const partition = JSON.stringify(address.partition);
    found.push(
      warning(
        [...path, 'topic'],
        `is in the partition ${partition}, whose certificates are not known: no confirmation of it can be believed`,
      ),
    );
  }
  if (url !== null && url.search !== '') {
    found.push(
      warning(
        [...path, 'endpoint'],
        'has a query, which stands in every report: keep no token in it',
      ),
    );
  }
  if (topic.endsWith(FIFO)) {
    found.push(warning([...path, 'topic'], 'is FIFO, and from those SNS delivers to queues alone'));
  }
  if (deadLetters === undefined) {
    found.push(
      warning(path, 'has no dead-letters: what cannot be delivered within an hour is lost'),
    );
  } else if (rawDelivery) {
    found.push(
      warning(
        [...path, 'raw-delivery'],
        'takes the MessageId from dead letters: a replay tells messages apart by their text alone',
      ),
    );
  }
  return found;
};

/** SQS keeps no message longer. */
const LONGEST_SECONDS = 14 * 86_400;

const durations = ({ name, deadLetters }: WebhookPolicy): Finding[] => {
  if (deadLetters === undefined) return [];
  const { alarmOlderThanSeconds = 0, alarmBeforeExpirySeconds } = deadLetters;
  const path = ['webhooks', name, 'dead-letters'];
  const found: Finding[] = [];
  if (alarmOlderThanSeconds >= LONGEST_SECONDS) {
    found.push(
      error(
        [...path, 'alarm-older-than'],
        'must be less than 14d: so long a queue keeps a message at most, and nothing in it ever gets that old',
      ),
    );
  }
  if (alarmBeforeExpirySeconds >= LONGEST_SECONDS) {
    found.push(
      error(
        [...path, 'alarm-before-expiry'],
        'must be less than 14d: so long a queue keeps a message at most, and each would be an alert at once',
      ),
    );
  }
  return found;
};

const filter = ({ name, filterPolicy }: WebhookPolicy): Finding[] =>
  filterPolicy?.scope !== 'MessageAttributes'
    ? []
    : Object.entries(filterPolicy.policy).flatMap(([key, conditions]) =>
        Array.isArray(conditions)
          ? []
          : [
              error(
                ['webhooks', name, 'filter-policy', key],
                'must be a list; maps are for filter-policy-scope: MessageBody',
              ),
            ],
      );

/** SNS keeps one subscription for a topic and an endpoint. */
const twice = ({ webhooks }: Plan): Finding[] =>
  webhooks.flatMap((webhook, index) => {
    const earlier = webhooks
      .slice(0, index)
      .find(
        ({ topic, endpoint }) =>
          topic === webhook.topic && endpointKey(endpoint) === endpointKey(webhook.endpoint),
      );
    return earlier === undefined
      ? []
      : [error(['webhooks', webhook.name], `is the subscription of "${earlier.name}" again`)];
  });

/** Of a queue that two webhooks share, a message tells its topic at most, and without its envelope not even that. */
const sharedQueue = ({ webhooks }: Plan): Finding[] =>
  webhooks.flatMap((webhook, index) => {
    const earlier = webhooks
      .slice(0, index)
      .find(
        (other) =>
          other.deadLetters !== undefined &&
          !(
            other.topic === webhook.topic &&
            endpointKey(other.endpoint) === endpointKey(webhook.endpoint)
          ) &&
          other.deadLetters.queue === webhook.deadLetters?.queue &&
          (other.topic === webhook.topic || other.rawDelivery || webhook.rawDelivery),
      );
    if (earlier === undefined) return [];
    const what = `is that of "${earlier.name}" too, and its messages do not tell which of the two missed them: a replay would send them to the wrong one. Give each a queue of its own`;
    return [error(['webhooks', webhook.name, 'dead-letters', 'queue'], what)];
  });

/** What SNS would refuse, and what would lose messages without a word. */
export const checkWebhooks = (plan: Plan): Finding[] => [
  ...plan.webhooks.flatMap((webhook) => [
    ...deadLetterQueue(webhook),
    ...subscription(webhook),
    ...durations(webhook),
    ...filter(webhook),
  ]),
  ...twice(plan),
  ...sharedQueue(plan),
];
