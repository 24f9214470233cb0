import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export type DirectGet = {
  protocol: 'http:' | 'https:';
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string>;
};

export type Answer = { status: number; body: Buffer; lastModified: Date };

/** Until the answer begins, and between two pieces of it, in milliseconds. */
const SILENCE_MS = 4_000;

class LateAnswerError extends Error {
  override readonly name = 'TimeoutError';
}

const read = async (incoming: IncomingMessage): Promise<Answer> => {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return {
    status: incoming.statusCode ?? 0,
    body: Buffer.concat(pieces),
    lastModified: new Date(incoming.headers['last-modified'] ?? 0),
  };
};

/** Sends GET requests over connections that are kept; at most `sockets` of them at once. */
export const createDirectGet = (sockets: number) => {
  const settings = { keepAlive: true, maxSockets: sockets, scheduling: 'lifo' as const };
  const agents = { 'http:': new HttpAgent(settings), 'https:': new HttpsAgent(settings) };
  return (
    { protocol, hostname, port, path, headers }: DirectGet,
    signal: AbortSignal,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const send = protocol === 'http:' ? requestHttp : requestHttps;
      const options = { hostname, port, path, headers, signal, agent: agents[protocol] };
      const request = send(options, (incoming) => read(incoming).then(resolve, reject));
      request.setTimeout(SILENCE_MS, () => {
        request.destroy(new LateAnswerError(`no answer within ${SILENCE_MS} ms`));
      });
      request.once('error', reject);
      request.end();
    });
};

const textIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

/** An answer that brings no bytes, in the shape of the SDK's errors. */
export const refusalOf = ({ status, body }: Answer): Error => {
  const xml = body.subarray(0, 2_000).toString('utf8');
  const error = new Error(textIn(xml, 'Message') ?? `HTTP ${status}`);
  error.name = textIn(xml, 'Code') ?? 'UnknownError';
  return Object.assign(error, { $metadata: { httpStatusCode: status } });
};
