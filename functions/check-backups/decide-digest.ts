/** What S3 tells about the bytes of an object without reading them. */
export type ObjectFacts = {
  etag: string;
  bytes: number;
  /** Server-side encryption, as S3 says it. */
  encryption?: string;
  /** By algorithm, e.g. `CRC64NVME`; base64. */
  checksums: Record<string, string>;
  /** `FULL_OBJECT`, or `COMPOSITE`: a checksum of the parts' checksums. */
  checksumType?: string;
};

export type DigestVerdict = 'same' | 'differs' | 'not-comparable';

const isMultipart = (etag: string): boolean => etag.includes('-');

/** With S3's own keys, or none, the ETag of an upload in one part is the MD5 of the content. */
const isMd5 = ({ etag, encryption }: ObjectFacts): boolean =>
  !isMultipart(etag) && (encryption === undefined || encryption === 'AES256');

/**
 * Whether two objects hold the same bytes. ETags that differ prove nothing as soon as one is of
 * parts or under KMS; checksums prove it if both are of one algorithm and of the whole object. Those of
 * parts prove sameness alone, since the parts may be cut differently.
 */
export const decideDigest = (original: ObjectFacts, copy: ObjectFacts): DigestVerdict => {
  if (original.bytes !== copy.bytes) return 'differs';
  if (original.etag !== '' && original.etag === copy.etag) return 'same';
  const shared = Object.keys(original.checksums).filter((name) => name in copy.checksums);
  if (original.checksumType === copy.checksumType) {
    if (shared.some((name) => original.checksums[name] === copy.checksums[name])) return 'same';
    if (shared.length > 0 && original.checksumType === 'FULL_OBJECT') return 'differs';
  }
  return isMd5(original) && isMd5(copy) ? 'differs' : 'not-comparable';
};
