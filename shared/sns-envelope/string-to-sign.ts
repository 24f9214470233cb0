import type { Envelope } from './envelope.ts';

const line = (name: string, value: string): string => `${name}\n${value}\n`;

/**
 * What SNS signs of a message: names and values of some fields, each on a line of its own, by name.
 * Attributes, UnsubscribeURL and the signature's own fields are not among them.
 * Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
 */
export const stringToSign = (envelope: Envelope): string => {
  const { message, messageId, timestamp, topicArn, type } = envelope;
  const head = line('Message', message) + line('MessageId', messageId);
  const tail = line('TopicArn', topicArn) + line('Type', type);
  if (type === 'Notification') {
    const subject = envelope.subject === undefined ? '' : line('Subject', envelope.subject);
    return head + subject + line('Timestamp', timestamp) + tail;
  }
  const { subscribeUrl, token } = envelope;
  return (
    head +
    line('SubscribeURL', subscribeUrl) +
    line('Timestamp', timestamp) +
    line('Token', token) +
    tail
  );
};
