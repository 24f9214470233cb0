import { createServer, request as forward, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a service answers in place of the emulator: a status with a body, or nothing, ever. */
export type Fault = { status: number; body: string } | 'hang';

/** The operation that a request of any AWS protocol asks for: `ListSubscriptionsByTopic`. */
const operationOf = (headers: IncomingHttpHeaders, path: string, body: string): string => {
  const target = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const operation = /\/operation\/(\w+)/.exec(path)?.[1];
  return target || operation || (new URLSearchParams(body).get('Action') ?? '');
};

/** How SNS and other services of the query protocol say that something went wrong. */
export const queryFault = (status: number, code: string): Fault => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>planted</Message></Error></ErrorResponse>`,
});

/**
 * Stands between a function and the emulator: passes on everything but the operations that are to fail.
 * `requests` names every operation that came, in order.
 */
export const startAwsProxy = async (target: string) => {
  const faults = new Map<string, (body: string) => Fault | undefined>();
  const requests: { operation: string; body: string }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const operation = operationOf(incoming.headers, incoming.url ?? '', body.toString());
    requests.push({ operation, body: body.toString() });
    const fault = faults.get(operation)?.(body.toString());
    if (fault === 'hang') return;
    if (fault !== undefined) {
      outgoing.writeHead(fault.status, { 'content-type': 'text/xml' }).end(fault.body);
      return;
    }
    const { method, headers, url } = incoming;
    const onward = forward(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port }: Partial<AddressInfo> = Object(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    fail: (operation: string, fault: Fault | ((body: string) => Fault | undefined)): void => {
      faults.set(operation, typeof fault === 'function' ? fault : () => fault);
    },
    heal: (): void => faults.clear(),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export type AwsProxy = Awaited<ReturnType<typeof startAwsProxy>>;
