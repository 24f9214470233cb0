import { describe, expect, it } from 'vitest';
import { parseTopicArn } from '../../../../shared/sns-envelope/topic-arn.ts';
import {
  certificateAuthority,
  findAddressFault,
} from '../../../../shared/sns-signature/certificate-address.ts';

const authorityOf = (arn: string) => {
  const topic = parseTopicArn(arn);
  return topic && certificateAuthority(topic);
};

describe('certificateAuthority', () => {
  it.each([
    ['aws', 'us-east-1', 'sns.us-east-1.amazonaws.com', 'sns.amazonaws.com'],
    ['aws', 'eu-south-1', 'sns.eu-south-1.amazonaws.com', 'sns-signing.eu-south-1.amazonaws.com'],
    ['aws', 'xx-new-9', 'sns.xx-new-9.amazonaws.com', 'sns-signing.xx-new-9.amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'sns.cn-north-1.amazonaws.com.cn', 'sns-cn-north-1.amazonaws.com.cn'],
    [
      'aws-us-gov',
      'us-gov-east-1',
      'sns.us-gov-east-1.amazonaws.com',
      'sns-us-gov-west-1.amazonaws.com',
    ],
    [
      'aws-eusc',
      'eusc-de-east-1',
      'sns.eusc-de-east-1.amazonaws.eu',
      'sns-signing.eusc-de-east-1.amazonaws.eu',
    ],
    ['aws-iso', 'us-iso-east-1', 'sns.us-iso-east-1.c2s.ic.gov', 'sns-us-iso-east-1.c2s.ic.gov'],
  ])('of %s, %s', (partition, region, host, name) => {
    const authority = authorityOf(`arn:${partition}:sns:${region}:123456789012:events`);
    expect(authority).toMatchObject({ host, names: expect.arrayContaining([name]) });
  });

  it('knows nothing of a partition that it has never heard of', () => {
    expect(authorityOf('arn:aws-moon:sns:moon-east-1:123456789012:events')).toBeUndefined();
  });
});

const HOST = 'sns.us-west-2.amazonaws.com';
const FILE = `SimpleNotificationService-${'0123456789abcdef'.repeat(2)}.pem`;
const GENUINE = `https://${HOST}/${FILE}`;

describe('findAddressFault', () => {
  it('finds none in the one address', () => {
    expect(findAddressFault(GENUINE, HOST)).toBeUndefined();
  });

  it.each([
    ['scheme', `http://${HOST}/${FILE}`],
    ['scheme', `ftp://${HOST}/${FILE}`],
    ['scheme', `file:///${HOST}/${FILE}`],
    ['scheme', 'data:application/x-pem-file,x.pem'],
    ['scheme', 'javascript:0'],
    ['user', `https://${HOST}@evil.example.com/${FILE}`],
    ['user', `https://user:word@${HOST}/${FILE}`],
    ['user', `https://evil.example.com\\@${HOST}/${FILE}`.replace('\\', '%5c')],
    ['port', `https://${HOST}:8443/${FILE}`],
    ['malformed', `https://${HOST}:443/${FILE}`],
    ['host', `https://sns.us-east-1.amazonaws.com/${FILE}`],
    ['host', `https://sns.s3-us-west-2.amazonaws.com/${FILE}`],
    ['host', `https://sns.us-west-2.amazonaws.com.evil.example.com/${FILE}`],
    ['host', `https://sns.us-west-2.amazonaws.com.cn/${FILE}`],
    ['host', `https://evil-sns.us-west-2.amazonaws.com/${FILE}`],
    ['host', `https://sns.us-west-2.amazonaws.com./${FILE}`],
    ['host', `https://sns.us-west-2.s3.amazonaws.com/${FILE}`],
    ['host', `https://s3.us-west-2.amazonaws.com/sns/${FILE}`],
    ['host', `https://snsxus-west-2.amazonaws.com/${FILE}`],
    ['host', `https://evil.example.com/${HOST}/${FILE}`],
    ['host', `https://evil.example.com\\.${HOST}/${FILE}`],
    ['host', `https://127.0.0.1/${FILE}`],
    ['host', `https://sns.us-west-2.amazonaws.com%2eevil.example.com/${FILE}`],
    ['query', `https://${HOST}/?x=.pem`],
    ['query', `https://${HOST}/${FILE}?x=.pem`],
    ['query', `https://${HOST}/?Action=ConfirmSubscription&x=/${FILE}`],
    ['query', `https://${HOST}/#/${FILE}`],
    ['path', `https://${HOST}/`],
    ['path', `https://${HOST}/evil.pem`],
    ['path', `https://${HOST}/SimpleNotificationService-fake.pem`],
    ['path', `https://${HOST}/SimpleNotificationService-.pem`],
    ['path', `https://${HOST}/bucket/${FILE}`],
    ['path', `https://${HOST}/${FILE}/x`],
    ['path', `https://${HOST}/${FILE}.txt`],
    ['path', `https://${HOST}//${FILE}`],
    ['path', `https://${HOST}/${FILE.replace('-', '%2d')}`],
    ['path', `https://${HOST}/${FILE}%00`],
    ['malformed', `https://${HOST}/x/../${FILE}`],
    ['malformed', `https://${HOST}/\t${FILE}`],
    ['malformed', `HTTPS://${HOST}/${FILE}`],
    ['malformed', `https://${HOST.toUpperCase()}/${FILE}`],
    ['malformed', ` ${GENUINE}`],
    ['malformed', `${GENUINE}\n`],
    ['malformed', `${GENUINE}?`],
    ['malformed', `${GENUINE}#`],
    ['malformed', `https:${HOST}/${FILE}`],
    ['malformed', `https://@${HOST}/${FILE}`],
    ['malformed', `//${HOST}/${FILE}`],
    ['malformed', FILE],
    ['malformed', ''],
  ])('finds the %s wrong in %j', (fault, address) => {
    expect(findAddressFault(address, HOST)).toBe(`certificate-url-${fault}`);
  });
});
