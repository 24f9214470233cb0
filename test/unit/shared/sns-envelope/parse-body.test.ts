import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscriptionArnOf } from '../../../../shared/sns-envelope/envelope.ts';
import { parseSnsBody } from '../../../../shared/sns-envelope/parse-body.ts';
import {
  confirmationFields,
  notificationFields,
  type SnsFields,
  without,
} from '../../../support/sns-messages.ts';

const parse = (fields: SnsFields) => parseSnsBody(JSON.stringify(fields));

const envelopeOf = (fields: SnsFields) => {
  const parsed = parse(fields);
  if (parsed.kind !== 'envelope') throw new Error(JSON.stringify(parsed));
  return parsed.envelope;
};

describe('parseSnsBody', () => {
  it('reads a notification', () => {
    const fields = notificationFields();
    expect(parse(fields)).toMatchObject({
      kind: 'envelope',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      envelope: {
        type: 'Notification',
        messageId: fields.MessageId,
        topicArn: fields.TopicArn,
        subject: 'A bounce',
        message: '{"eventType":"Bounce"}',
        timestamp: '2026-01-31T02:00:00.655Z',
        sentAt: new Date('2026-01-31T02:00:00.655Z'),
        signature: { version: '1', value: 'RVhBTVBMRQ==', certificateUrl: fields.SigningCertURL },
        unsubscribeUrl: fields.UnsubscribeURL,
        attributes: new Map([['kind', { type: 'String', value: 'bounce' }]]),
      },
    });
  });

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('reads a %s', (Type) => {
    const fields = confirmationFields({ Type });
    expect(envelopeOf(fields)).toMatchObject({
      type: Type,
      token: fields.Token,
      subscribeUrl: fields.SubscribeURL,
    });
  });

  it('reads a FIFO topic’s message, which carries no signature', () => {
    const signature = ['SignatureVersion', 'Signature', 'SigningCertURL'];
    const TopicArn = 'arn:aws:sns:us-east-1:123456789012:orders.fifo';
    const SequenceNumber = '10000000000000003000';
    const fields = without(notificationFields({ TopicArn, SequenceNumber }), ...signature);
    const envelope = envelopeOf(fields);
    expect(envelope).toMatchObject({ topicArn: TopicArn, sequenceNumber: SequenceNumber });
    expect(envelope.signature).toBeUndefined();
  });

  it('reads the spelling of a Lambda event', () => {
    const { SigningCertURL, UnsubscribeURL, ...rest } = notificationFields({ Subject: null });
    const fields = { ...rest, SigningCertUrl: SigningCertURL, UnsubscribeUrl: UnsubscribeURL };
    const envelope = envelopeOf(fields);
    expect(envelope).toMatchObject({ signature: { certificateUrl: SigningCertURL } });
    expect(envelope).toMatchObject({ unsubscribeUrl: UnsubscribeURL });
    expect(envelope).not.toHaveProperty('subject');
  });

  it('passes over fields that it does not know', () => {
    expect(envelopeOf(notificationFields({ Novelty: { a: 1 } })).type).toBe('Notification');
  });

  it.each([
    ['empty', ''],
    ['not-json', 'a plain text'],
    ['not-json', '{"Type":"Notification","Message'],
    ['not-json', '\uFEFF{}'],
    ['not-sns', '{}'],
    ['not-sns', '[{"Type":"Notification"}]'],
    ['not-sns', '"Notification"'],
    ['not-sns', 'null'],
    ['not-sns', '{"Type":"Order","id":7}'],
    ['not-sns', '{"type":"Notification","messageId":"a"}'],
  ])('says that nothing of SNS is in it (%s): %s', (reason, body) => {
    expect(parseSnsBody(body)).toMatchObject({ kind: 'raw', reason });
  });

  it.each([
    ['missing-message-id', without(notificationFields(), 'MessageId')],
    ['missing-message-id', notificationFields({ MessageId: null })],
    ['invalid-message-id', notificationFields({ MessageId: '' })],
    ['invalid-message-id', notificationFields({ MessageId: 7 })],
    ['invalid-message-id', notificationFields({ MessageId: `a${'b'.repeat(128)}` })],
    ['invalid-message-id', notificationFields({ MessageId: 'a#b\n' })],
    ['invalid-topic', without(notificationFields(), 'TopicArn')],
    ['invalid-topic', notificationFields({ TopicArn: 'arn:aws:sqs:us-east-1:123456789012:q' })],
    ['invalid-topic', notificationFields({ TopicArn: 'arn:aws:sns:us-east-1:123456789:topic' })],
    ['invalid-timestamp', notificationFields({ Timestamp: 'yesterday' })],
    ['invalid-timestamp', notificationFields({ Timestamp: '2026-13-45T02:00:00.000Z' })],
    ['invalid-timestamp', notificationFields({ Timestamp: '2026-01-31T02:00:00.000' })],
    ['invalid-signature-fields', without(notificationFields(), 'Signature')],
    ['invalid-signature-fields', notificationFields({ SigningCertURL: null })],
    ['invalid-signature-fields', notificationFields({ SignatureVersion: 1 })],
    ['invalid-field', without(notificationFields(), 'Message')],
    ['invalid-field', notificationFields({ Message: { eventType: 'Bounce' } })],
    ['invalid-field', notificationFields({ Subject: 7 })],
    ['invalid-field', notificationFields({ Subject: 'two\nlines' })],
    ['invalid-field', confirmationFields({ SubscribeURL: 'https://a\nToken\nb' })],
    ['invalid-field', notificationFields({ MessageAttributes: { kind: 'bounce' } })],
    ['invalid-field', without(confirmationFields(), 'Token')],
    ['invalid-field', confirmationFields({ Token: '' })],
    ['invalid-field', confirmationFields({ Token: 'a token\n' })],
    ['invalid-field', without(confirmationFields(), 'SubscribeURL')],
    ['unknown-type', notificationFields({ Type: 'SomethingNew' })],
    ['unknown-type', without(notificationFields(), 'Type')],
  ])('says what is wrong (%s)', (reason, fields) => {
    expect(parse(fields)).toMatchObject({ kind: 'invalid', reason, detail: expect.any(String) });
  });

  it('names the field, and shows no value of it', () => {
    const parsed = parse(confirmationFields({ Token: 'sécret token' }));
    expect(parsed).toMatchObject({ kind: 'invalid', detail: expect.stringMatching(/^Token: /) });
    expect(JSON.stringify(parsed)).not.toContain('cret');
  });

  it('takes a body of 1 MiB and no larger one', () => {
    const frame = JSON.stringify(notificationFields({ Message: '' })).length;
    const Message = 'x'.repeat(1_048_576 - frame);
    expect(parse(notificationFields({ Message })).kind).toBe('envelope');
    const larger = parse(notificationFields({ Message: `${Message}x` }));
    expect(larger).toMatchObject({ kind: 'invalid', reason: 'too-large' });
  });

  it('counts bytes, not characters', () => {
    const Message = 'é'.repeat(600_000);
    expect(parse(notificationFields({ Message }))).toMatchObject({ reason: 'too-large' });
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('survives a nesting of 20,000 levels of %s', (open, close) => {
    const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    expect(parseSnsBody(deep)).toMatchObject({ kind: 'raw' });
    expect(parseSnsBody(`{"Type":"Notification","MessageAttributes":${deep}}`).kind).toBe(
      'invalid',
    );
  });

  it('never throws, whatever comes', () => {
    const names = [...Object.keys(notificationFields()), 'Token', 'SubscribeURL'];
    const anyFields = fc
      .record({
        fields: fc.constantFrom(notificationFields(), confirmationFields()),
        name: fc.constantFrom(...names),
        value: fc.jsonValue({ maxDepth: 1 }),
      })
      .map(({ fields, name, value }) => JSON.stringify({ ...fields, [name]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyFields), (body) => {
        const { kind, sha256 } = parseSnsBody(body);
        expect(['envelope', 'raw', 'invalid']).toContain(kind);
        expect(sha256).toHaveLength(64);
      }),
    );
  });
});

describe('subscriptionArnOf', () => {
  const arnIn = (fields: SnsFields) => {
    const envelope = envelopeOf(fields);
    return envelope.type === 'Notification' ? subscriptionArnOf(envelope) : undefined;
  };

  it('finds the subscription in the address that would end it', () => {
    const { TopicArn } = notificationFields();
    const arn = `${TopicArn}:c9135db0-26c4-47ec-8998-413945fb5a96`;
    expect(arnIn(notificationFields())).toBe(arn);
  });

  it.each([
    null,
    '',
    'no address',
    'https://sns.us-east-1.amazonaws.com/?SubscriptionArn=x',
    'https://sns.us-east-1.amazonaws.com/?SubscriptionArn=arn:%0d%0aforged:%20header',
  ])('finds none in %j', (UnsubscribeURL) => {
    expect(arnIn(notificationFields({ UnsubscribeURL }))).toBeUndefined();
  });
});
