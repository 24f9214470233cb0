import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { parseSnsBody } from '../../shared/sns-envelope/parse-body.ts';
import { stringToSign } from '../../shared/sns-envelope/string-to-sign.ts';
import type { Dial } from '../../shared/sns-signature/certificate-client.ts';
import type { SnsFields } from './sns-messages.ts';
import { type CertificateWish, writeCertificate } from './write-certificate.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const onCurve = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const authorityKeys = onCurve();
const authority = { subject: 'Test Authority', privateKey: authorityKeys.privateKey };

/** What vouches for everything here, and for nothing else. */
export const authorityPem = writeCertificate({
  ...authority,
  publicKey: authorityKeys.publicKey,
  issuer: authority,
  validFrom: inDays(-2),
  validTo: inDays(2),
  authority: true,
});

const rsa = (modulusLength: number) => {
  let made: { publicKey: KeyObject; privateKey: KeyObject } | undefined;
  return () => {
    made ??= generateKeyPairSync('rsa', { modulusLength });
    return made;
  };
};

/** Made at the first use, once for all tests. */
export const signingKeys = rsa(2048);
export const weakKeys = rsa(1024);

/** A certificate as SNS would sign with, but for what is wished otherwise. */
export const signingCertificate = (wish: Partial<CertificateWish> = {}): string =>
  writeCertificate({
    subject: 'sns.amazonaws.com',
    hosts: ['sns.amazonaws.com'],
    publicKey: signingKeys().publicKey,
    issuer: authority,
    validFrom: inDays(-1),
    validTo: inDays(1),
    ...wish,
  });

const DIGESTS: Record<string, string> = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' };

/** The fields with a signature as SNS would make it with the certificate at that address. */
export const signFields = (
  fields: SnsFields,
  version: '1' | '2' = '1',
  privateKey = signingKeys().privateKey,
): SnsFields => {
  const parsed = parseSnsBody(JSON.stringify({ ...fields, SignatureVersion: version }));
  if (parsed.kind !== 'envelope') throw new Error(`${parsed.kind}: ${parsed.reason}`);
  const signature = sign(DIGESTS[version], Buffer.from(stringToSign(parsed.envelope)), privateKey);
  return { ...fields, SignatureVersion: version, Signature: signature.toString('base64') };
};

export const loopback: LookupFunction = (_host, options, callback) =>
  options.all
    ? callback(null, [{ address: '127.0.0.1', family: 4 }])
    : callback(null, '127.0.0.1', 4);

type HostWish = Partial<Pick<CertificateWish, 'hosts' | 'validFrom' | 'validTo' | 'issuer'>>;

/**
 * A TLS server on loopback that passes for the host of SNS's certificates, and how to dial it. Its own
 * certificate is of the authority above, but for what is wished otherwise.
 */
export const startCertificateHost = async (listener: RequestListener, wish: HostWish = {}) => {
  const { publicKey, privateKey } = onCurve();
  const cert = writeCertificate({
    subject: 'Test Host',
    publicKey,
    issuer: authority,
    validFrom: inDays(-1),
    validTo: inDays(1),
    hosts: ['sns.us-east-1.amazonaws.com'],
    ...wish,
  });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const server = createServer({ key, cert }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dial: Dial = { port, lookup: loopback, ca: authorityPem };
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { dial, stop };
};
