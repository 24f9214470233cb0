import { describe, expect, it } from 'vitest';
import { createGetSigner } from '../../../../functions/check-wal/sign-get.ts';

/** The example of the AWS documentation, "GET Object" in "Signature Calculations for the Authorization Header". */
const GET = {
  host: 'examplebucket.s3.amazonaws.com',
  path: '/test.txt',
  region: 'us-east-1',
  range: 'bytes=0-9',
};
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const NOW = new Date('2013-05-24T00:00:00Z');

describe('a signed GET', () => {
  it('is the one of the documentation', () => {
    const sign = createGetSigner();
    const { authorization } = sign(GET, CREDENTIALS, NOW);
    expect(authorization).toContain(
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
    expect(authorization).toContain('SignedHeaders=host;range;x-amz-content-sha256;x-amz-date');
  });

  it('carries the token of a session, signed', () => {
    const sign = createGetSigner();
    const headers = sign(GET, { ...CREDENTIALS, sessionToken: 'token' }, NOW);
    expect(headers).toMatchObject({ 'x-amz-security-token': 'token' });
    expect(headers.authorization).toContain('x-amz-date;x-amz-security-token');
    expect(headers.authorization).not.toBe(sign(GET, CREDENTIALS, NOW).authorization);
  });

  it('takes another key for another day, Region or secret', () => {
    const sign = createGetSigner();
    const signatures = [
      sign(GET, CREDENTIALS, NOW),
      sign(GET, CREDENTIALS, new Date('2013-05-25T00:00:00Z')),
      sign({ ...GET, region: 'eu-west-1' }, CREDENTIALS, NOW),
      sign(GET, { ...CREDENTIALS, secretAccessKey: 'other' }, NOW),
      sign(GET, CREDENTIALS, NOW),
    ].map(({ authorization }) => authorization?.split('Signature=')[1]);
    expect(new Set(signatures).size).toBe(4);
    expect(signatures[4]).toBe(signatures[0]);
  });
});
