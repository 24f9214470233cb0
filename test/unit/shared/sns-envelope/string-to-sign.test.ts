import { describe, expect, it } from 'vitest';
import { parseSnsBody } from '../../../../shared/sns-envelope/parse-body.ts';
import { stringToSign } from '../../../../shared/sns-envelope/string-to-sign.ts';
import {
  confirmationFields,
  notificationFields,
  type SnsFields,
} from '../../../support/sns-messages.ts';

const signedText = (fields: SnsFields): string => {
  const parsed = parseSnsBody(JSON.stringify(fields));
  if (parsed.kind !== 'envelope') throw new Error(parsed.reason);
  return stringToSign(parsed.envelope);
};

const lines = (fields: SnsFields, ...names: string[]): string =>
  names.map((name) => `${name}\n${fields[name]}\n`).join('');

describe('stringToSign', () => {
  it('of a notification', () => {
    const fields = notificationFields({ Message: 'two\nlines, "quoted", \u00e9' });
    const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
    expect(signedText(fields)).toBe(lines(fields, ...names));
  });

  it.each([[{ Subject: null }], [{ Subject: undefined }]])('leaves %j out', (change) => {
    const fields = notificationFields(change);
    const names = ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type'];
    expect(signedText(fields)).toBe(lines(fields, ...names));
  });

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('of a %s', (Type) => {
    const fields = confirmationFields({ Type });
    const names = 'Message MessageId SubscribeURL Timestamp Token TopicArn Type'.split(' ');
    expect(signedText(fields)).toBe(lines(fields, ...names));
  });
});
