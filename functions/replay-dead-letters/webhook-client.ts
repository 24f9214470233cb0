import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Item } from './copy.ts';
import type { Answer } from './decide-answer.ts';
import type { Destination } from './ports.ts';
import { readRetryAfter } from './retry-after.ts';

type Settings = {
  url: string;
  /** Over the whole exchange: connecting, sending, and the whole answer. */
  timeoutMs: number;
  concurrency: number;
  /** Plain http on this machine, which the cloud on one's own machine needs. */
  loopbackAllowed: boolean;
  now: () => Date;
};

/** More of an answer is not read. */
const MOST_ANSWER_BYTES = 65_536;
/** So much tells an HTML page. */
const HEAD_BYTES = 256;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why an address must not be called. */
export const findAddressFault = (text: string, loopbackAllowed: boolean): string | undefined => {
  const url = URL.parse(text);
  if (url === null) return 'the address is not a URL';
  if (url.username !== '' || url.password !== '') return 'the address holds a user name';
  if (url.protocol === 'https:') return undefined;
  return loopbackAllowed && url.protocol === 'http:' && LOOPBACK.has(url.hostname)
    ? undefined
    : 'the address is not https';
};

/**
 * What SNS sends with a message, and the key that a receiver knows a second delivery by.
 * Source: Amazon SNS Developer Guide, "Parsing Amazon SNS message formats", HTTP headers.
 */
const headersOf = (item: Item, length: number): Record<string, string | number> => ({
  'content-type': 'text/plain; charset=UTF-8',
  'content-length': length,
  'user-agent': 'lifeboat',
  'idempotency-key': item.idempotencyKey,
  'x-amz-sns-message-type': 'Notification',
  ...(item.messageId === undefined ? {} : { 'x-amz-sns-message-id': item.messageId }),
  ...(item.topic === undefined ? {} : { 'x-amz-sns-topic-arn': item.topic }),
  ...(item.subscription === undefined ? {} : { 'x-amz-sns-subscription-arn': item.subscription }),
  ...(item.raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
});

/** By its content: frameworks call a bare `OK` HTML as well. `head` is latin1, and may begin with a mark of UTF-8. */
const looksLikePage = (response: IncomingMessage, head: string): boolean => {
  const isCalledHtml = /^\s*text\/html\b/i.test(response.headers['content-type'] ?? '');
  const start = head.replace(/^\xEF\xBB\xBF/, '').trimStart();
  return isCalledHtml ? start.startsWith('<') : /^(<!doctype html|<html)\b/i.test(start);
};

/** Reads the answer to its end; resolves undefined where it breaks off. */
const readAnswer = (response: IncomingMessage, now: Date): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    let head = '';
    let bytes = 0;
    const whole = () => {
      const retryAfterSeconds = readRetryAfter(response.headers['retry-after'], now);
      const page = looksLikePage(response, head);
      resolve({ answer: 'status', status: response.statusCode ?? 0, page, retryAfterSeconds });
    };
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (head.length < HEAD_BYTES) head += chunk.toString('latin1', 0, HEAD_BYTES);
      if (bytes <= MOST_ANSWER_BYTES) return;
      whole();
      response.destroy();
    });
    response.on('end', () => (response.complete ? whole() : resolve(undefined)));
    response.on('close', () => resolve(undefined));
    response.on('error', () => resolve(undefined));
  });

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z_]{2,60}$/.test(code) ? code : 'network error';
};

/**
 * The webhook that failed: the original bytes with the headers of SNS, one try for each message, no redirect
 * followed, and a time-out over the whole exchange. Tells apart what was never sent from what may have
 * arrived.
 */
export const createWebhookClient = (settings: Settings): Destination & { close: () => void } => {
  const { url: text, timeoutMs, concurrency, loopbackAllowed, now } = settings;
  const fault = findAddressFault(text, loopbackAllowed);
  const url = URL.parse(text);
  const isSecure = url?.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency };
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  const request = isSecure ? requestHttps : requestHttp;

  const post = (target: URL, item: Item): Promise<Answer> =>
    new Promise((resolve) => {
      const body = Buffer.from(item.copy.body);
      let mayHaveArrived = false;
      const sent = request(target, {
        agent,
        method: 'POST',
        headers: headersOf(item, body.length),
      });
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      const fail = (reason: string): void => {
        settle({ answer: mayHaveArrived ? 'none' : 'unsent', reason });
      };
      const timer = setTimeout(() => {
        fail(mayHaveArrived ? 'no answer in time' : 'no connection in time');
        sent.destroy();
      }, timeoutMs);
      sent.on('socket', (socket) => {
        // Bytes leave when the connection stands, and with TLS when it is secure. One that failed at once never did.
        const isOpen = !socket.connecting && !socket.destroyed;
        if (isOpen) mayHaveArrived = true;
        else
          socket.once(isSecure ? 'secureConnect' : 'connect', () => {
            mayHaveArrived = true;
          });
      });
      sent.on('response', async (response) => {
        const answer = await readAnswer(response, now());
        if (answer === undefined) fail('the answer broke off');
        else settle(answer);
      });
      sent.on('error', (error) => {
        fail(`no answer (${codeOf(error)})`);
      });
      sent.end(body);
    });

  return {
    id: `webhook:${text}`,
    batch: 1,
    send: (items) =>
      Promise.all(
        items.map(async (item): Promise<Answer> => {
          if (fault !== undefined || url === null) {
            return { answer: 'unsent', reason: fault ?? 'no address' };
          }
          try {
            return await post(url, item);
          } catch (error) {
            // No request can be made of it, now or later.
            return { answer: 'refused', reason: `cannot be sent (${codeOf(error)})` };
          }
        }),
      ),
    close: () => agent.destroy(),
  };
};
