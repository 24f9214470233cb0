import type { TopicArn } from '../sns-envelope/topic-arn.ts';

/** Where AWS serves each partition. Source: the partitions of AWS's endpoint rules. */
const DNS_SUFFIXES: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-us-gov': 'amazonaws.com',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

export type CertificateAuthority = {
  /** The one host that serves the certificates of a topic's Region. */
  host: string;
  /** The names that a signing certificate of that Region may be issued for. */
  names: readonly string[];
};

/**
 * Follows from the topic alone, so nothing in a message can choose it. The names are those that the AWS
 * SDK for Java 2.x expects (`sns-message-manager`): `sns.amazonaws.com` in the older Regions,
 * `sns-signing.<region>` in those one has to opt into, `sns-<region>` in China and GovCloud, whose two
 * Regions share one. Each of them is a name under AWS's own domain, so a new Region needs no change here.
 *
 * @returns undefined for a partition that is not known.
 */
export const certificateAuthority = ({
  partition,
  region,
}: TopicArn): CertificateAuthority | undefined => {
  const suffix = DNS_SUFFIXES[partition];
  if (suffix === undefined) return undefined;
  const host = `sns.${region}.${suffix}`;
  const names = [
    `sns.${suffix}`,
    host,
    `sns-signing.${region}.${suffix}`,
    `sns-${region}.${suffix}`,
  ];
  return {
    host,
    names: partition === 'aws-us-gov' ? [...names, `sns-us-gov-west-1.${suffix}`] : names,
  };
};

export type AddressFault =
  | 'certificate-url-malformed'
  | 'certificate-url-scheme'
  | 'certificate-url-user'
  | 'certificate-url-port'
  | 'certificate-url-host'
  | 'certificate-url-query'
  | 'certificate-url-path';

const PATH = /^\/SimpleNotificationService-[0-9a-f]{32,64}\.pem$/;

/**
 * Why a certificate must not be fetched from an address; undefined where it may be. Whatever a parser of
 * URLs would tidy up (upper case, a default port, dot segments, tabs) is refused as well.
 */
export const findAddressFault = (address: string, host: string): AddressFault | undefined => {
  const url = URL.parse(address);
  if (url === null) return 'certificate-url-malformed';
  if (url.protocol !== 'https:') return 'certificate-url-scheme';
  if (url.username !== '' || url.password !== '') return 'certificate-url-user';
  if (url.port !== '') return 'certificate-url-port';
  if (url.hostname !== host) return 'certificate-url-host';
  if (url.search !== '' || url.hash !== '') return 'certificate-url-query';
  if (!PATH.test(url.pathname)) return 'certificate-url-path';
  return address === `https://${host}${url.pathname}` ? undefined : 'certificate-url-malformed';
};
