import { request } from 'node:https';
import type { LookupFunction } from 'node:net';

/** Where connections are really made to, and what vouches for the other side. For tests; empty otherwise. */
export type Dial = { port?: number; lookup?: LookupFunction; ca?: string };

export type Fetched =
  | { result: 'fetched'; pem: string }
  /** The host answered, and this is no certificate: another try would not change it. */
  | {
      result: 'refused';
      reason: 'certificate-not-served' | 'certificate-too-large';
      detail: string;
    }
  /** Nothing is known; a later try may succeed. */
  | { result: 'unavailable'; detail: string };

export type CertificateClient = (host: string, path: string) => Promise<Fetched>;

const TIMEOUT_MS = 5_000;
/** A certificate has about 2 KB. */
const MAX_BYTES = 32_768;
const PASSING = new Set([408, 425, 429]);

const judgeStatus = (status: number): Fetched | undefined => {
  if (status === 200) return undefined;
  const detail = `the host answered ${status}`;
  return status >= 500 || PASSING.has(status)
    ? { result: 'unavailable', detail }
    : { result: 'refused', reason: 'certificate-not-served', detail };
};

const describe = (error: Error): string => {
  const code: unknown = Reflect.get(error, 'code');
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer in time';
  return typeof code === 'string' ? `no trusted connection (${code})` : 'no answer';
};

const readPem = async (chunks: AsyncIterable<Buffer>): Promise<Fetched> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      const detail = `the answer is larger than ${MAX_BYTES} bytes`;
      return { result: 'refused', reason: 'certificate-too-large', detail };
    }
    parts.push(chunk);
  }
  return { result: 'fetched', pem: Buffer.concat(parts).toString('latin1') };
};

/**
 * GETs a certificate over TLS. The host's certificate, its chain and its name are verified, whatever
 * `NODE_TLS_REJECT_UNAUTHORIZED` says. Five seconds for the whole exchange, no redirect followed, no
 * status but 200 read, 32 KB at most. Never throws.
 */
export const createCertificateClient =
  (dial: Dial = {}, timeoutMs = TIMEOUT_MS): CertificateClient =>
  (host, path) =>
    new Promise((resolve) => {
      const fail = (error: Error) => resolve({ result: 'unavailable', detail: describe(error) });
      const sent = request(
        {
          ...dial,
          host,
          path,
          agent: false,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          headers: { accept: 'application/x-pem-file, */*', 'user-agent': 'lifeboat' },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (answer) => {
          const fault = judgeStatus(answer.statusCode ?? 0);
          const read = fault === undefined ? readPem(answer) : Promise.resolve(fault);
          read.then(resolve, fail).finally(() => answer.destroy());
        },
      );
      sent.on('error', fail).end();
    });
