import { type KeyObject, sign } from 'node:crypto';

/**
 * X.509 certificates for tests, byte by byte (RFC 5280, section 4.1), so that none with its private key
 * has to lie in this repository and no test needs another program.
 */

const element = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
};
const sequence = (...parts: Uint8Array[]): Buffer => element(0x30, ...parts);
const text = (tag: number, value: string): Buffer => element(tag, Buffer.from(value));
const oid = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const octets = (content: Uint8Array): Buffer => element(0x04, content);
const bits = (content: Uint8Array): Buffer => element(0x03, Buffer.from([0]), content);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const COMMON_NAME = '550403';
const ECDSA_SHA256 = '2a8648ce3d040302';
const RSA_SHA256 = '2a864886f70d01010b';
const BASIC_CONSTRAINTS = '551d13';
const ALTERNATIVE_NAME = '551d11';

const name = (commonName: string): Buffer =>
  sequence(element(0x31, sequence(oid(COMMON_NAME), text(0x0c, commonName))));

const time = (date: Date): Buffer =>
  text(0x17, `${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`);

const algorithm = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === 'rsa'
    ? sequence(oid(RSA_SHA256), Buffer.from([0x05, 0x00]))
    : sequence(oid(ECDSA_SHA256));

const extensions = (authority: boolean, hosts: string[]): Buffer =>
  element(
    0xa3,
    sequence(
      sequence(oid(BASIC_CONSTRAINTS), TRUE, octets(authority ? sequence(TRUE) : sequence())),
      ...(hosts.length === 0
        ? []
        : [
            sequence(
              oid(ALTERNATIVE_NAME),
              octets(sequence(...hosts.map((host) => text(0x82, host)))),
            ),
          ]),
    ),
  );

export type CertificateWish = {
  subject: string;
  publicKey: KeyObject;
  issuer: { subject: string; privateKey: KeyObject };
  validFrom: Date;
  validTo: Date;
  hosts?: string[];
  authority?: boolean;
};

let serial = 0;

/** A certificate in PEM. */
export const writeCertificate = (wish: CertificateWish): string => {
  const { subject, publicKey, issuer, validFrom, validTo, hosts = [], authority = false } = wish;
  serial += 1;
  const signed = sequence(
    element(0xa0, Buffer.from([0x02, 0x01, 0x02])),
    element(0x02, Buffer.from([0x01, serial >> 8, serial & 0xff])),
    algorithm(issuer.privateKey),
    name(issuer.subject),
    sequence(time(validFrom), time(validTo)),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    extensions(authority, hosts),
  );
  const der = sequence(
    signed,
    algorithm(issuer.privateKey),
    bits(sign('sha256', signed, issuer.privateKey)),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};
