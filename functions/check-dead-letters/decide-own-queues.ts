import type { JudgedReport } from '../../events/check-reported/v1.ts';
import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { shortenText } from '../../shared/short-text/shorten-text.ts';

/** A dead-letter queue of one of Lifeboat's functions, and what was seen of it. */
export type OwnQueue = { name: string; url: string; arn: string } & (
  | { depth: number }
  | { failure: AwsFailure }
);

type Seen = Extract<OwnQueue, { depth: number }>;
type Unseen = Extract<OwnQueue, { failure: AwsFailure }>;

const MAX_SUMMARY = 1024;
const DEAD_LETTERS = /-dead-letters$/;

/** Those of the functions that tell people: what lies there is an alert that somebody never got. */
const holdsAlerts = (stage: string) => {
  const prefixes = [`lifeboat-${stage}-route-alerts-`, `lifeboat-${stage}-deliver-`];
  return ({ name }: OwnQueue): boolean => prefixes.some((prefix) => name.startsWith(prefix));
};

const count = ({ name, depth }: Seen): string =>
  `${depth} ${depth === 1 ? 'message lies' : 'messages lie'} in ${name}`;

const wayOut = ({ url, arn }: Seen): string =>
  `Why, the attributes reason and detail of each say: aws sqs receive-message --queue-url ${url} --message-attribute-names All. Once that is mended, give them back (aws sqs start-message-move-task --source-arn ${arn} --destination-arn ${arn.replace(DEAD_LETTERS, '')}) or forget them (aws sqs purge-queue --queue-url ${url}).`;

const unread = ({ name, failure }: Unseen): string => `${name} was not read (${failure.message})`;

const LOOK = 'Let this function read the attributes of the queues, and see that they exist.';

/** Whether every function of Lifeboat could do what it was given. Pure. */
export const decideOwnQueues = (queues: readonly OwnQueue[], stage: string): JudgedReport => {
  const isAlert = holdsAlerts(stage);
  const held = queues
    .filter((queue): queue is Seen => 'depth' in queue && queue.depth > 0)
    .sort((a, b) => Number(isAlert(b)) - Number(isAlert(a)));
  const unseen = queues.filter((queue): queue is Unseen => 'failure' in queue);
  const [worst] = held;
  const [hidden] = unseen;
  const facts = {
    expected: { queues: queues.map(({ name }) => name), messages: 0 },
    observed: Object.fromEntries(
      queues.map((queue) => [queue.name, 'depth' in queue ? queue.depth : queue.failure.reason]),
    ),
    measurements: [
      {
        name: 'own-dead-letters',
        value: held.reduce((sum, { depth }) => sum + depth, 0),
        unit: 'messages',
      },
    ],
  };
  if (worst !== undefined) {
    const alerts = isAlert(worst);
    const what = alerts
      ? 'alerts were not delivered'
      : 'a function gave up on what it was to process';
    const says = [...held.map(count), ...unseen.map(unread)].join('; ');
    return {
      ...facts,
      verdict: 'fail',
      severity: alerts ? 'critical' : 'warning',
      reason: alerts ? 'alerts-undelivered' : 'set-aside',
      summary: shortenText(`Lifeboat itself: ${what}: ${says}`, MAX_SUMMARY),
      action: wayOut(worst),
    };
  }
  if (hidden !== undefined) {
    return {
      ...facts,
      verdict: 'unknown',
      reason: hidden.failure.reason,
      summary: shortenText(`Lifeboat itself: ${unseen.map(unread).join('; ')}`, MAX_SUMMARY),
      action: LOOK,
    };
  }
  return {
    ...facts,
    verdict: 'pass',
    reason: 'empty',
    summary: 'Lifeboat itself: no function gave up on a message',
    action: '',
  };
};
