import { type KeyObject, verify } from 'node:crypto';
import type { Envelope, EnvelopeSignature } from '../sns-envelope/envelope.ts';
import { stringToSign } from '../sns-envelope/string-to-sign.ts';
import { parseTopicArn } from '../sns-envelope/topic-arn.ts';
import { certificateAuthority, findAddressFault } from './certificate-address.ts';
import type { CertificateStore } from './certificate-store.ts';
import { judgeCertificate } from './judge-certificate.ts';

export type Verification =
  | { result: 'genuine' }
  /** Not to be believed, and never will be. `reason` is named, `detail` a sentence. */
  | { result: 'refused'; reason: string; detail: string }
  /** The certificate could not be had. A later try may tell. */
  | { result: 'unknown'; detail: string };

export type SignatureVerifier = (envelope: Envelope) => Promise<Verification>;

/** Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages". */
const DIGESTS: Readonly<Record<string, string>> = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_SIGNATURE = 1_400;

const refused = (reason: string, detail: string): Verification => ({
  result: 'refused',
  reason,
  detail,
});

const digestOf = ({ version }: EnvelopeSignature): string | undefined =>
  Object.hasOwn(DIGESTS, version) ? DIGESTS[version] : undefined;

/** What can be told without the certificate. */
const findFault = (signature: EnvelopeSignature, host: string): Verification | undefined => {
  const { value, certificateUrl } = signature;
  if (digestOf(signature) === undefined) {
    return refused('signature-version', 'SignatureVersion is neither 1 nor 2');
  }
  if (value === '' || value.length > MAX_SIGNATURE || !BASE64.test(value)) {
    return refused('signature-malformed', 'Signature is not base64');
  }
  const fault = findAddressFault(certificateUrl, host);
  if (fault === undefined) return undefined;
  return refused(fault, `SigningCertURL is not https://${host}/SimpleNotificationService-….pem`);
};

const isSignedBy = (key: KeyObject, envelope: Envelope, signature: EnvelopeSignature): boolean =>
  verify(
    digestOf(signature),
    Buffer.from(stringToSign(envelope)),
    key,
    Buffer.from(signature.value, 'base64'),
  );

/**
 * Says whether SNS signed a message of one of these topics. A right signature alone proves nothing, since
 * everybody can have a topic of their own sign what they like: so the topics are given here, and the
 * certificate's host follows from the topic's Region. Never throws.
 *
 * @param topics ARNs of the topics that are believed.
 */
export const createSignatureVerifier = (
  topics: readonly string[],
  certificates: CertificateStore,
  now: () => Date,
): SignatureVerifier => {
  const believed = new Map(
    topics.flatMap((arn) => {
      const topic = parseTopicArn(arn);
      const authority = topic && certificateAuthority(topic);
      return authority === undefined ? [] : [[arn, authority] as const];
    }),
  );

  return async (envelope) => {
    const { topicArn, signature } = envelope;
    const authority = believed.get(topicArn);
    if (authority === undefined) return refused('foreign-topic', 'TopicArn is none of ours');
    if (signature === undefined) return refused('not-signed', 'it carries no signature');
    const { host, names } = authority;
    const fault = findFault(signature, host);
    if (fault !== undefined) return fault;

    const held = await certificates(host, new URL(signature.certificateUrl).pathname);
    if (held.result === 'unavailable') return { result: 'unknown', detail: held.detail };
    if (held.result === 'refused') return refused(held.reason, held.detail);
    const flaw = judgeCertificate(held.certificate, names, now());
    if (flaw !== undefined)
      return refused(flaw, `what ${host} serves is no certificate of SNS now`);
    return isSignedBy(held.certificate.publicKey, envelope, signature)
      ? { result: 'genuine' }
      : refused('signature-mismatch', 'Signature is not of this message');
  };
};
