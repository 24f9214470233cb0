import type { X509Certificate } from 'node:crypto';
import type { CertificateClient, Fetched } from './certificate-client.ts';
import { readCertificate } from './judge-certificate.ts';

export type Held =
  | { result: 'held'; certificate: X509Certificate }
  | { result: 'refused'; reason: string; detail: string }
  | { result: 'unavailable'; detail: string };

export type CertificateStore = (host: string, path: string) => Promise<Held>;

/** AWS has one signing certificate for a Region, and two while it changes it. */
const MAX_HELD = 32;
const KEEP_MS = 60 * 60_000;

const read = (fetched: Fetched): Held => {
  if (fetched.result !== 'fetched') return fetched;
  const parsed = readCertificate(fetched.pem);
  if ('certificate' in parsed) return { result: 'held', ...parsed };
  return { result: 'refused', reason: parsed.fault, detail: 'the answer is not one certificate' };
};

/**
 * Keeps fetched certificates for an hour, 32 at most, the oldest going first. Failures are not kept, and
 * those who ask at once share one request.
 */
export const createCertificateStore = (
  fetchCertificate: CertificateClient,
  now: () => Date,
): CertificateStore => {
  const held = new Map<string, { until: number; answer: Promise<Held> }>();

  const fetchInto = (key: string, host: string, path: string): Promise<Held> => {
    const answer = fetchCertificate(host, path).then(read);
    const entry = { until: now().getTime() + KEEP_MS, answer };
    held.delete(key);
    held.set(key, entry);
    const [oldest] = held.keys();
    if (held.size > MAX_HELD && oldest !== undefined) held.delete(oldest);
    return answer.then((settled) => {
      if (settled.result !== 'held' && held.get(key) === entry) held.delete(key);
      return settled;
    });
  };

  return async (host, path) => {
    const key = `${host}${path}`;
    const known = held.get(key);
    if (known !== undefined && now().getTime() < known.until) return known.answer;
    return fetchInto(key, host, path);
  };
};
