import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Heard = { id: string; body: string; headers: IncomingHttpHeaders };

/** Writes an answer, or does not. */
export type Behaviour = (response: ServerResponse, heard: Heard, count: number) => void;

export const accept: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
};

/** The endpoint of a webhook: remembers every request and answers as it is told. */
export const startWebhookReceiver = async () => {
  const heard: Heard[] = [];
  const state = { behaviour: accept };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const id = String(request.headers['idempotency-key'] ?? '');
      const one = { id, body: Buffer.concat(chunks).toString(), headers: request.headers };
      heard.push(one);
      state.behaviour(response, one, heard.filter((other) => other.id === id).length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/webhooks/sns`,
    heard,
    behave: (behaviour: Behaviour) => {
      state.behaviour = behaviour;
    },
    /** How often each message came. */
    times: () => {
      const times = new Map<string, number>();
      for (const { id } of heard) times.set(id, (times.get(id) ?? 0) + 1);
      return times;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;
