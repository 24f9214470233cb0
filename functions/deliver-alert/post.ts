/** What came of one request. */
export type Posted =
  | { result: 'answered'; status: number; text: string; retryAfterSeconds?: number }
  /** No answer, or not in time: whether the receiver acted on it is not known. */
  | { result: 'unanswered'; reason: string }
  /** Nothing was sent. */
  | { result: 'not-allowed'; reason: string };

export type Post = (request: {
  url: string;
  headers: Record<string, string>;
  body: string;
}) => Promise<Posted>;

type Limits = { timeoutMs: number; loopbackAllowed: boolean; now: () => Date };

const MAX_ANSWER_BYTES = 4_096;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why an address must not be called, without showing it: the address itself may be the secret. */
const findFault = (text: string, loopbackAllowed: boolean): string | undefined => {
  const url = URL.parse(text);
  if (url === null) return 'the address is not a URL';
  if (url.username !== '' || url.password !== '') return 'the address holds a user name';
  if (url.protocol === 'https:') return undefined;
  if (loopbackAllowed && url.protocol === 'http:' && LOOPBACK.has(url.hostname)) return undefined;
  return loopbackAllowed
    ? 'the address is neither https nor http on 127.0.0.1'
    : 'the address is not https';
};

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? code : codeOf(error.cause);
};

/** The error's code alone: its text may hold the address. */
const describeFailure = (error: unknown): string =>
  error instanceof Error && error.name === 'TimeoutError'
    ? 'no answer in time'
    : `no answer (${codeOf(error) ?? 'network error'})`;

const readText = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return text.slice(0, MAX_ANSWER_BYTES);
};

/** `Retry-After` in seconds, which may also be a date (RFC 9110, section 10.2.3). */
const retryAfter = (value: string | null, now: Date): number | undefined => {
  if (value === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - now.getTime()) / 1_000);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), 3_600) : undefined;
};

/**
 * POSTs to addresses that people configured: https alone (or http on this machine, where that is allowed),
 * one attempt, no redirect followed, a time-out over the whole exchange, and the first 4 KB of the answer.
 * Never throws.
 */
export const createPost =
  ({ timeoutMs, loopbackAllowed, now }: Limits): Post =>
  async ({ url, headers, body }) => {
    const fault = findFault(url, loopbackAllowed);
    if (fault !== undefined) return { result: 'not-allowed', reason: fault };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'user-agent': 'lifeboat', ...headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const retryAfterSeconds = retryAfter(response.headers.get('retry-after'), now());
      const text = await readText(response);
      return { result: 'answered', status: response.status, text, retryAfterSeconds };
    } catch (error) {
      return { result: 'unanswered', reason: describeFailure(error) };
    }
  };
