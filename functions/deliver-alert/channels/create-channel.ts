import type { SESClient } from '@aws-sdk/client-ses';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { AlertChannel } from '../../../shared/plan/plan.ts';
import type { SecretReader } from '../../../shared/secrets/secret-reader.ts';
import type { Post } from '../post.ts';
import type { Channel } from './channel.ts';
import { createSesEmailChannel, createTopicEmailChannel } from './email.ts';
import { createPagerDutyChannel } from './pagerduty.ts';
import { createSlackChannel } from './slack.ts';
import { createWebhookChannel } from './webhook.ts';

export type Means = {
  readSecret: SecretReader;
  post: Post;
  now: () => Date;
  sns: SNSClient;
  ses: SESClient;
  emailTopicArnPrefix: string;
};

/** The adapter of a channel of the plan; none for a status page, which is never told by an alert. */
export const createChannel = (channel: AlertChannel, means: Means): Channel | undefined => {
  switch (channel.kind) {
    case 'email':
      return channel.via === 'sns'
        ? createTopicEmailChannel(`${means.emailTopicArnPrefix}${channel.name}`, means.sns)
        : createSesEmailChannel(channel, means.ses);
    case 'slack':
      return createSlackChannel(channel.webhook, means);
    case 'pagerduty':
      return createPagerDutyChannel(channel, means);
    case 'webhook':
      return createWebhookChannel(channel, means);
    case 'statuspage':
      return undefined;
  }
};
