import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import * as z from 'zod';

/** What stands in an SNS message, as far as a receiver looks at it. */
const messageSchema = z.looseObject({
  Type: z.string(),
  MessageId: z.string(),
  TopicArn: z.string(),
  Token: z.string().optional(),
});

export type SnsMessage = z.infer<typeof messageSchema>;

type Received = {
  headers: IncomingMessage['headers'];
  text: string;
  /** 0 where no answer was given. */
  status: number;
};

/** A status, no answer at all, or a broken connection. */
export type Answer = number | 'hang' | 'reset';

const OK = 200;
const NOTIFICATION = 'Notification';

const parse = (text: string): SnsMessage | undefined => {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const isKind = ({ headers }: Received, kind: string): boolean =>
  headers['x-amz-sns-message-type'] === kind;

/**
 * The webhook endpoint of an application, on this machine: it writes every notification that it answers
 * with 200 into a table, one row each, and like most it does not look whether it has had it before. So
 * the table tells what came twice. A confirmation is kept, not acted on.
 */
export const startWebhookReceiver = async ({ port = 0 } = {}) => {
  const received: Received[] = [];
  let answerNow: Answer = OK;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const entry = { headers: request.headers, text: await readText(request) };
    const status = typeof answerNow === 'number' ? answerNow : 0;
    received.push({ ...entry, status });
    if (answerNow === 'reset') request.socket.resetAndDestroy();
    if (status !== 0) response.writeHead(status).end();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const { port: actual }: Partial<AddressInfo> = Object(server.address());

  return {
    url: `http://127.0.0.1:${actual}/api/webhooks/sns`,
    received,
    /** From now on every request is answered so. */
    answerWith: (next: Answer): void => {
      answerNow = next;
    },
    /** How often each notification was taken, by its SNS MessageId. */
    table: (): Map<string, number> => {
      const rows = new Map<string, number>();
      for (const one of received) {
        if (one.status !== OK || !isKind(one, NOTIFICATION)) continue;
        const id = one.headers['x-amz-sns-message-id'] ?? parse(one.text)?.MessageId;
        rows.set(String(id), (rows.get(String(id)) ?? 0) + 1);
      }
      return rows;
    },
    /** Every message of a type that came, whatever it was answered. */
    messages: (kind: string): SnsMessage[] =>
      received
        .filter((one) => isKind(one, kind))
        .flatMap(({ text }) => {
          const message = parse(text);
          return message === undefined ? [] : [message];
        }),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;
