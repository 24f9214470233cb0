import type { AlertChannel } from '../shared/plan/plan.ts';
import type { Arn } from './plan-arns.ts';
import { channelDeadLetterArns, channelQueueName, deliverable } from './plan-channels.ts';

/** Functions with a queue of their own, and the logical id of the queue of what they set aside. */
const OWN: Readonly<Record<string, string>> = {
  'verify-backup': 'VerifyBackupDeadLetters',
  'confirm-subscription': 'ConfirmSubscriptionDeadLetters',
  'route-alerts': 'RouteAlertsDeadLetters',
  'replay-dead-letters': 'ReplayDeadLettersDeadLetters',
};

/** Names of every dead-letter queue of the stack, with a blank between them, for an environment. */
export const ownDeadLetterNames = (stage: string, channels: AlertChannel[]): string =>
  [
    ...Object.keys(OWN).map((name) => `lifeboat-${stage}-${name}`),
    ...deliverable(channels).map(({ name }) => channelQueueName(stage, name)),
  ]
    .map((queue) => `${queue}-dead-letters`)
    .join(' ');

export const ownDeadLetterArns = (channels: AlertChannel[]): Arn[] => [
  ...Object.values(OWN).map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] as [string, string] })),
  ...channelDeadLetterArns(channels),
];
