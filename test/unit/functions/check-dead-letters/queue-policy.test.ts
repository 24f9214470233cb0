import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permissionOf } from '../../../../functions/check-dead-letters/queue-policy.ts';
import { QUEUE_ARN, TOPIC } from './dead-letter-fixtures.ts';

const REQUEST = { queueArn: QUEUE_ARN, topicArn: TOPIC, account: '123456789012' };
const ALLOW = {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: QUEUE_ARN,
  Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
};
const TLS_ONLY = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sqs:*',
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const judge = (...statements: object[]) =>
  permissionOf(JSON.stringify({ Version: '2012-10-17', Statement: statements }), REQUEST);

describe('permissionOf', () => {
  it.each([
    ['as SNS asks for it', [ALLOW]],
    ['one statement without a list', ALLOW],
    [
      'a topic by pattern',
      [{ ...ALLOW, Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:sns:*:123456789012:*' } } }],
    ],
    [
      'several topics',
      [{ ...ALLOW, Condition: { ArnEquals: { 'aws:SourceArn': ['arn:aws:sns:x', TOPIC] } } }],
    ],
    [
      'an account',
      [{ ...ALLOW, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } }],
    ],
    ['everybody', [{ ...ALLOW, Principal: '*', Action: 'SQS:*', Resource: '*' }]],
    ['everybody on AWS', [{ ...ALLOW, Principal: { AWS: '*' } }]],
    ['with TLS alone', [ALLOW, TLS_ONLY]],
    [
      'with TLS alone, by a boolean',
      [ALLOW, { ...TLS_ONLY, Condition: { Bool: { 'aws:SecureTransport': false } } }],
    ],
    [
      'an account, by a number',
      [{ ...ALLOW, Condition: { StringEquals: { 'aws:SourceAccount': 123_456_789_012 } } }],
    ],
    [
      'beside what is about others',
      [{ ...ALLOW, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }, ALLOW],
    ],
  ])('%s is allowed', (_, Statement) => {
    expect(permissionOf(JSON.stringify({ Statement }), REQUEST)).toBe('allowed');
  });

  it.each([
    ['another topic', { ...ALLOW, Condition: { ArnEquals: { 'aws:SourceArn': `${TOPIC}-old` } } }],
    ['another account', { ...ALLOW, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }],
    ['another queue', { ...ALLOW, Resource: `${QUEUE_ARN}-old` }],
    ['another action', { ...ALLOW, Action: ['sqs:ReceiveMessage', 'sqs:SendMessageBatch'] }],
    ['another service', { ...ALLOW, Principal: { Service: 'events.amazonaws.com' } }],
    ['an account of IAM', { ...ALLOW, Principal: { AWS: '123456789012' } }],
  ])('%s is not the topic: refused', (_, statement) => {
    expect(judge(statement)).toBe('refused');
    expect(judge(statement, ALLOW)).toBe('allowed');
  });

  it('refuses without a policy, without a statement, and where a deny stands against it', () => {
    expect(permissionOf(undefined, REQUEST)).toBe('refused');
    expect(permissionOf('', REQUEST)).toBe('refused');
    expect(judge()).toBe('refused');
    expect(judge(ALLOW, { ...ALLOW, Effect: 'Deny', Condition: undefined })).toBe('refused');
  });

  it.each([
    [
      'a condition on something else',
      [{ ...ALLOW, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
    ],
    [
      'an operator that is not known',
      [{ ...ALLOW, Condition: { StringNotEquals: { 'aws:SourceArn': TOPIC } } }],
    ],
    [
      'a deny that may be meant',
      [ALLOW, { ...TLS_ONLY, Condition: { StringNotEquals: { 'aws:SourceVpce': 'v' } } }],
    ],
    [
      'NotPrincipal',
      [
        ALLOW,
        { ...TLS_ONLY, Principal: undefined, NotPrincipal: { AWS: 'x' }, Condition: undefined },
      ],
    ],
  ])('%s is doubtful', (_, statements) => {
    expect(judge(...statements)).toBe('doubtful');
  });

  it.each(['{', '[]', 'null', '{"Statement":7}', '{"Statement":[{"Effect":"allow"}]}'])(
    'what is no policy is doubtful: %s',
    (text) => {
      expect(permissionOf(text, REQUEST)).toBe('doubtful');
    },
  );

  it('judges anything without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(['allowed', 'refused', 'doubtful']).toContain(permissionOf(text, REQUEST));
      }),
      { numRuns: 200 },
    );
  });
});
