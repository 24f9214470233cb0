import { X509Certificate } from 'node:crypto';

export type CertificateFault =
  | 'certificate-unreadable'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-of-authority'
  | 'certificate-name'
  | 'certificate-weak';

export type ReadCertificate =
  | { certificate: X509Certificate }
  | { fault: 'certificate-unreadable' };

/** One certificate in PEM and nothing else, as SNS serves it: the leaf, without those that vouch for it. */
const PEM = /^\s*-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\s*$/;

export const readCertificate = (pem: string): ReadCertificate => {
  if (!PEM.test(pem)) return { fault: 'certificate-unreadable' };
  try {
    return { certificate: new X509Certificate(pem) };
  } catch {
    return { fault: 'certificate-unreadable' };
  }
};

const MIN_BITS = 2048;

const isStrong = ({ publicKey }: X509Certificate): boolean =>
  publicKey.asymmetricKeyType === 'rsa' &&
  (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_BITS;

/**
 * What speaks against a signing certificate now; undefined where nothing does.
 *
 * SNS serves the leaf alone, so its chain cannot be followed from what is served, and a pinned issuer
 * would refuse genuine messages when Amazon changes it. That the certificate is AWS's is known from where
 * it came: the host's own TLS certificate and chain were verified. This is the second lock.
 *
 * @param names that it may be issued for.
 */
export const judgeCertificate = (
  certificate: X509Certificate,
  names: readonly string[],
  now: Date,
): CertificateFault | undefined => {
  if (now < certificate.validFromDate) return 'certificate-not-yet-valid';
  if (now > certificate.validToDate) return 'certificate-expired';
  if (certificate.verify(certificate.publicKey)) return 'certificate-self-signed';
  if (certificate.ca) return 'certificate-of-authority';
  const isFor = (name: string) =>
    certificate.checkHost(name, { subject: 'default', wildcards: false }) !== undefined;
  if (!names.some(isFor)) return 'certificate-name';
  return isStrong(certificate) ? undefined : 'certificate-weak';
};
