import * as z from 'zod';

/** A folder in S3. `prefix` is empty for a whole bucket and ends in `/` otherwise. */
export type Location = { bucket: string; prefix: string };

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const LONGEST_KEY_BYTES = 1_024;

/** Reads `s3://bucket/folder/`; a missing last slash is added, because a location is a folder. */
export const parseLocation = (text: string): Location | undefined => {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (!BUCKET.test(bucket) || path.startsWith('/') || path.includes('//')) return undefined;
  if (Buffer.byteLength(path) >= LONGEST_KEY_BYTES) return undefined;
  return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` };
};

export const formatLocation = ({ bucket, prefix }: Location): string => `s3://${bucket}/${prefix}`;

const MUST = 'must be a folder in S3 such as s3://bucket/folder/';
const BUCKET_MUST = 'must name a bucket of S3: 3 to 63 lower-case letters, digits, dots and dashes';

/** What is wrong with a text that is no location: the bucket, where it has the form of one. */
const mustOf = (text: unknown): string => {
  const [, bucket] = /^s3:\/\/([^/]+)/.exec(String(text)) ?? [];
  return bucket === undefined || BUCKET.test(bucket) ? MUST : BUCKET_MUST;
};

export const locationSchema = z
  .string({ error: MUST })
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/s, {
    error: ({ input }) => mustOf(input),
  })
  .transform((text, context) => {
    const location = parseLocation(text);
    if (location !== undefined) return location;
    context.addIssue(MUST);
    return z.NEVER;
  });
