/** Fields of SNS messages as AWS documents them, to be changed by tests. The signatures are none. */

export type SnsFields = Record<string, unknown>;

const CERTIFICATE =
  'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:mailblast-email-events';

const common = {
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: TOPIC,
  Timestamp: '2026-01-31T02:00:00.655Z',
  SignatureVersion: '1',
  Signature: 'RVhBTVBMRQ==',
  SigningCertURL: CERTIFICATE,
};

export const notificationFields = (changes: SnsFields = {}): SnsFields => ({
  Type: 'Notification',
  ...common,
  Subject: 'A bounce',
  Message: '{"eventType":"Bounce"}',
  UnsubscribeURL: `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:c9135db0-26c4-47ec-8998-413945fb5a96`,
  MessageAttributes: { kind: { Type: 'String', Value: 'bounce' } },
  ...changes,
});

export const confirmationFields = (changes: SnsFields = {}): SnsFields => ({
  Type: 'SubscriptionConfirmation',
  ...common,
  Token: '2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92',
  Message: `You have chosen to subscribe to the topic ${TOPIC}.`,
  SubscribeURL: `https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f`,
  ...changes,
});

export const without = (fields: SnsFields, ...names: string[]): SnsFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
