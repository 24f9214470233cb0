import { describe, expect, it } from 'vitest';
import {
  channelQueueArns,
  channelQueueEvents,
  channelResources,
  emailTopicArns,
} from '../../../deploy/plan-channels.ts';
import type { AlertChannel } from '../../../shared/plan/plan.ts';

const email: AlertChannel = { name: 'email', kind: 'email', via: 'sns', to: ['a@b.example'] };
const slack: AlertChannel = {
  name: 'on-call',
  kind: 'slack',
  webhook: { from: 'ssm', name: '/slack' },
};
const page: AlertChannel = {
  name: 'page',
  kind: 'statuspage',
  page: 'p',
  token: { from: 'ssm', name: '/t' },
};

describe('what the deploy makes of a plan’s channels', () => {
  it('gives each channel a queue and a dead-letter queue of its own', () => {
    const resources = channelResources('prod', [email, slack]);
    const names = Object.values(resources).flatMap(({ Properties }) => Properties.QueueName ?? []);
    expect(names).toEqual([
      'lifeboat-prod-deliver-email',
      'lifeboat-prod-deliver-email-dead-letters',
      'lifeboat-prod-deliver-on-call',
      'lifeboat-prod-deliver-on-call-dead-letters',
    ]);
    expect(resources.DeliverOnDashcallQueue?.Properties.RedrivePolicy).toMatchObject({
      deadLetterTargetArn: { 'Fn::GetAtt': ['DeliverOnDashcallQueueDeadLetters', 'Arn'] },
    });
  });

  it('subscribes every address of an e-mail channel to a topic of its own', () => {
    const { EmailEmailTopic } = channelResources('prod', [email]);
    expect(EmailEmailTopic?.Properties).toMatchObject({
      TopicName: 'lifeboat-prod-email-email',
      Subscription: [{ Protocol: 'email', Endpoint: 'a@b.example' }],
    });
    expect(emailTopicArns([email, slack])).toEqual([{ Ref: 'EmailEmailTopic' }]);
  });

  it('triggers deliver-alert by every queue, and reports failures one by one', () => {
    expect(channelQueueEvents([email, slack]).map(({ sqs }) => sqs)).toMatchObject([
      { arn: channelQueueArns([email])[0], functionResponseType: 'ReportBatchItemFailures' },
      { arn: channelQueueArns([slack])[0], functionResponseType: 'ReportBatchItemFailures' },
    ]);
  });

  it('makes nothing for a status page, nor where there is no channel', () => {
    expect(channelResources('prod', [page])).toEqual({});
    expect(channelQueueEvents([])).toEqual([]);
  });

  it('keeps names apart that differ in a dash alone', () => {
    const named = (name: string) => ({ ...slack, name });
    expect(Object.keys(channelResources('prod', [named('a1'), named('a-1')]))).toHaveLength(4);
  });

  it('refuses a name that SQS would not take, and says which', () => {
    const long = { ...slack, name: 'a'.repeat(40) };
    expect(() => channelResources('a-rather-long-stage', [long])).toThrow(/90 characters.*Shorten/);
  });
});
