import type { AlertChannel } from '../shared/plan/plan.ts';
import type { Arn } from './plan-arns.ts';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** SQS's limit; the longest name is that of a dead-letter queue. */
const MAX_QUEUE_NAME = 80;
const FOURTEEN_DAYS = 1_209_600;
/** Six times the time-out of `deliver-alert`, as Lambda asks for. */
const VISIBILITY_SECONDS = 180;
/** As many as `deliver-alert` makes of a message before it sets it aside with its reason. */
const MAX_RECEIVES = 12;
/** Receivers such as Slack take about one message a second; two is the least that SQS knows. */
const MAX_CONCURRENCY = 2;

/** Alerts are not routed to a status page: that is told by a recovery, in a person's words. */
export const deliverable = (channels: AlertChannel[]): AlertChannel[] =>
  channels.filter((channel) => channel.kind !== 'statuspage');

/** Logical ids take letters and digits only. */
const logicalName = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash');

const queueId = (name: string): string => `Deliver${logicalName(name)}Queue`;
const topicId = (name: string): string => `Email${logicalName(name)}Topic`;

export const channelQueueName = (stage: string, channel: string): string =>
  `lifeboat-${stage}-deliver-${channel}`;

const queues = (stage: string, { name }: AlertChannel): Resources => {
  const queueName = channelQueueName(stage, name);
  const deadLetters = `${queueName}-dead-letters`;
  if (deadLetters.length > MAX_QUEUE_NAME) {
    throw new RangeError(
      `The queue of the channel "${name}" would be called ${deadLetters}: ${deadLetters.length} characters, and SQS takes ${MAX_QUEUE_NAME}. Shorten the channel's name or the stage's.`,
    );
  }
  return {
    [queueId(name)]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: queueName,
        VisibilityTimeout: VISIBILITY_SECONDS,
        SqsManagedSseEnabled: true,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': [`${queueId(name)}DeadLetters`, 'Arn'] },
          maxReceiveCount: MAX_RECEIVES,
        },
      },
    },
    [`${queueId(name)}DeadLetters`]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: deadLetters,
        MessageRetentionPeriod: FOURTEEN_DAYS,
        SqsManagedSseEnabled: true,
      },
    },
  };
};

const emailTopic = (stage: string, channel: AlertChannel): Resources =>
  channel.kind !== 'email' || channel.via !== 'sns'
    ? {}
    : {
        [topicId(channel.name)]: {
          Type: 'AWS::SNS::Topic',
          Properties: {
            TopicName: `lifeboat-${stage}-email-${channel.name}`,
            DisplayName: 'Lifeboat',
            KmsMasterKeyId: 'alias/aws/sns',
            Subscription: channel.to.map((Endpoint) => ({ Protocol: 'email', Endpoint })),
          },
        },
      };

/**
 * One queue with its dead-letter queue per channel, so that a receiver which is down delays no other,
 * and an SNS topic for each channel of e-mail addresses.
 *
 * @throws {RangeError} where a name would be longer than SQS takes.
 */
export const channelResources = (stage: string, channels: AlertChannel[]): Resources =>
  Object.assign(
    {},
    ...deliverable(channels).map((channel) => ({
      ...queues(stage, channel),
      ...emailTopic(stage, channel),
    })),
  );

export const channelQueueArns = (channels: AlertChannel[]): Arn[] =>
  deliverable(channels).map(({ name }) => ({ 'Fn::GetAtt': [queueId(name), 'Arn'] }));

export const channelDeadLetterArns = (channels: AlertChannel[]): Arn[] =>
  deliverable(channels).map(({ name }) => ({
    'Fn::GetAtt': [`${queueId(name)}DeadLetters`, 'Arn'],
  }));

export const emailTopicArns = (channels: AlertChannel[]): Arn[] =>
  channels
    .filter((channel) => channel.kind === 'email' && channel.via === 'sns')
    .map(({ name }) => ({ Ref: topicId(name) }));

/** The triggers of `deliver-alert`: one message at a time, since each is one request to a receiver. */
export const channelQueueEvents = (channels: AlertChannel[]) =>
  channelQueueArns(channels).map((arn) => ({
    sqs: {
      arn,
      batchSize: 1,
      maximumConcurrency: MAX_CONCURRENCY,
      functionResponseType: 'ReportBatchItemFailures',
    },
  }));

/** The SES identities that a sender may be verified as: the address itself, or its domain. */
export const senderIdentityArns = (channels: AlertChannel[]): Arn[] => {
  const senders = channels.flatMap((channel) =>
    channel.kind === 'email' && channel.via === 'ses' ? [channel.from] : [],
  );
  const identities = senders.flatMap((from) => [from, from.slice(from.lastIndexOf('@') + 1)]);
  return [...new Set(identities)].sort().map((identity) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
  }));
};
