import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  judgeCertificate,
  readCertificate,
} from '../../../../shared/sns-signature/judge-certificate.ts';
import genuine from '../../../fixtures/sns/recorded.json' with { type: 'json' };
import {
  authorityPem,
  signingCertificate,
  signingKeys,
  weakKeys,
} from '../../../support/sns-signer.ts';
import type { CertificateWish } from '../../../support/write-certificate.ts';

const NAMES = ['sns.amazonaws.com', 'sns-signing.eu-south-1.amazonaws.com'];
const HOUR_MS = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

const judge = (pem: string, now = new Date()) => {
  const read = readCertificate(pem);
  return 'fault' in read ? read.fault : judgeCertificate(read.certificate, NAMES, now);
};
const judgeWish = (wish: Partial<CertificateWish>) => judge(signingCertificate(wish));

describe('judgeCertificate', () => {
  it('finds nothing wrong with a certificate that AWS signed with, in its time', () => {
    const pem = genuine.certificate.join('\n');
    expect(judge(pem, new Date('2026-03-06T20:00:00Z'))).toBeUndefined();
    expect(judge(pem, new Date('2026-10-15T00:00:00Z'))).toBe('certificate-expired');
    expect(judge(pem, new Date('2025-11-09T23:00:00Z'))).toBe('certificate-not-yet-valid');
  });

  it('finds nothing wrong with ours, whichever name it is issued for', () => {
    expect(judgeWish({})).toBeUndefined();
    expect(judgeWish({ hosts: ['sns-signing.eu-south-1.amazonaws.com'] })).toBeUndefined();
    expect(judgeWish({ hosts: [], subject: 'sns.amazonaws.com' })).toBeUndefined();
  });

  const self = () => ({ subject: 'sns.amazonaws.com', privateKey: signingKeys().privateKey });
  it.each<[string, () => Partial<CertificateWish>]>([
    ['certificate-expired', () => ({ validTo: inHours(-1) })],
    ['certificate-not-yet-valid', () => ({ validFrom: inHours(1) })],
    ['certificate-self-signed', () => ({ issuer: self() })],
    ['certificate-self-signed', () => ({ issuer: { ...self(), subject: 'Amazon RSA 2048 M01' } })],
    ['certificate-of-authority', () => ({ authority: true })],
    ['certificate-name', () => ({ hosts: ['sns.evil.example.com'] })],
    ['certificate-name', () => ({ hosts: ['sns.evil.example.com'], subject: 'sns.amazonaws.com' })],
    ['certificate-name', () => ({ hosts: ['s3.amazonaws.com'] })],
    ['certificate-name', () => ({ hosts: ['*.amazonaws.com'] })],
    ['certificate-name', () => ({ hosts: ['sns.amazonaws.com.evil.example.com'] })],
    ['certificate-weak', () => ({ publicKey: weakKeys().publicKey })],
    [
      'certificate-weak',
      () => ({ publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey }),
    ],
  ])('says %s', (fault, wish) => {
    expect(judgeWish(wish())).toBe(fault);
  });

  it.each([
    ['nothing', () => ''],
    ['an error page', () => '<html><body>403 Forbidden</body></html>'],
    ['two certificates', () => signingCertificate() + authorityPem],
    ['a key', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    [
      'no certificate inside',
      () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ],
    ['a cut certificate', () => signingCertificate().replace(/.{64}\n/, '')],
    ['a page around it', () => `<pre>${signingCertificate()}</pre>`],
  ])('cannot read %s', (_, pem) => {
    expect(judge(pem())).toBe('certificate-unreadable');
  });
});
