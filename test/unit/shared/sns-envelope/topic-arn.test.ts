import { describe, expect, it } from 'vitest';
import { parseTopicArn } from '../../../../shared/sns-envelope/topic-arn.ts';

describe('parseTopicArn', () => {
  it.each([
    ['arn:aws:sns:us-east-1:123456789012:events', 'aws', 'us-east-1', 'events', false],
    ['arn:aws-cn:sns:cn-north-1:123456789012:events', 'aws-cn', 'cn-north-1', 'events', false],
    [
      'arn:aws-us-gov:sns:us-gov-west-1:123456789012:a_b-c.fifo',
      'aws-us-gov',
      'us-gov-west-1',
      'a_b-c.fifo',
      true,
    ],
  ])('takes %s apart', (arn, partition, region, name, fifo) => {
    const account = '123456789012';
    expect(parseTopicArn(arn)).toEqual({ arn, partition, region, account, name, fifo });
  });

  it.each([
    '',
    'arn:aws:sns:us-east-1:123456789012:',
    'arn:aws:sns:us-east-1:123456789012:events:c9135db0-26c4-47ec-8998-413945fb5a96',
    'arn:aws:sns:us-east-1:123456789012:events.fifo.fifo',
    'arn:aws:sns:us-east-1:123456789012:events\n',
    'arn:aws:sns:evil.example.com/:123456789012:events',
    'arn:aws:sns:s3:123456789012:events/../x',
    'arn:azure:sns:us-east-1:123456789012:events',
    `arn:aws:sns:us-east-1:123456789012:${'a'.repeat(257)}`,
  ])('does not take %j', (arn) => {
    expect(parseTopicArn(arn)).toBeUndefined();
  });
});
