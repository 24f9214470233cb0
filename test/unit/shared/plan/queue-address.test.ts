import { describe, expect, it } from 'vitest';
import { queueArn, readQueueUrl } from '../../../../shared/plan/queue-address.ts';

const PATH = '/123456789012/q';

describe('readQueueUrl', () => {
  it.each([
    [`https://sqs.eu-west-1.amazonaws.com${PATH}`, 'eu-west-1'],
    [`https://sqs-fips.us-gov-west-1.amazonaws.com${PATH}`, 'us-gov-west-1'],
    [`https://sqs.cn-north-1.amazonaws.com.cn${PATH}`, 'cn-north-1'],
    [`https://sqs.eu-west-1.api.aws${PATH}`, 'eu-west-1'],
    [`https://vpce-0a-1b.sqs.eu-west-1.vpce.amazonaws.com${PATH}`, 'eu-west-1'],
    [`https://eu-west-1.queue.amazonaws.com${PATH}`, 'eu-west-1'],
    [`https://queue.amazonaws.com${PATH}`, 'us-east-1'],
    [`http://127.0.0.1:4566${PATH}`, undefined],
  ])('reads %s', (url, region) => {
    expect(readQueueUrl(url)).toEqual({
      account: '123456789012',
      name: 'q',
      ...(region === undefined ? {} : { region }),
    });
  });

  it.each([
    'mailblast-dlq',
    'arn:aws:sqs:us-east-1:123456789012:q',
    'https://sqs.us-east-1.amazonaws.com/123456789/q',
    'https://sqs.us-east-1.amazonaws.com/123456789012/',
    'https://sqs.us-east-1.amazonaws.com/123456789012/a/b',
    'https://sqs.us-east-1.amazonaws.com/123456789012/q?Action=PurgeQueue',
    'https://user@sqs.us-east-1.amazonaws.com/123456789012/q',
    '',
  ])('takes %j for none', (text) => {
    expect(readQueueUrl(text)).toBeUndefined();
  });
});

describe('queueArn', () => {
  it('has the partition of the topic, and its Region where the URL names none', () => {
    const topic = 'arn:aws-cn:sns:cn-north-1:123456789012:t';
    expect(queueArn(`http://127.0.0.1:4566${PATH}.fifo`, topic)).toBe(
      'arn:aws-cn:sqs:cn-north-1:123456789012:q.fifo',
    );
  });
});
