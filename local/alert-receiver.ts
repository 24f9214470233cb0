import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Incoming, Judgement } from './alert-judges/judgement.ts';
import { judgePagerDuty, readPagerDutyEvent } from './alert-judges/pagerduty.ts';
import { judgeSlack } from './alert-judges/slack.ts';
import { judgeWebhook } from './alert-judges/webhook.ts';

export type ReceiverKind = 'slack' | 'pagerduty' | 'webhook';

/** One request as it was answered. */
type Received = Incoming & {
  kind: ReceiverKind;
  at: Date;
  /** 0 where no answer was given. */
  status: number;
  /** What was wrong with it, where it was refused. */
  problem?: string;
};

/** An answer to give instead of one's own judgement. */
export type Scripted =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** An answer that never ends. */
  | { status: number; endless: true }
  /** Never answers. */
  | 'hang'
  /** Breaks the connection. */
  | 'reset';

type Settings = {
  /** 0 or nothing = any free one. */
  port?: number;
  /** The key of the webhook's signature. */
  webhookSecret?: string;
  now?: () => Date;
};

const MAX_BYTES = 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes <= MAX_BYTES) chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const talkForEver = async (response: ServerResponse): Promise<void> => {
  while (!response.destroyed) {
    response.write('and so on, ');
    await setTimeout(1);
  }
};

const kindOf = (path: string): ReceiverKind | undefined =>
  (['slack', 'pagerduty', 'webhook'] as const).find((kind) => path.startsWith(`/${kind}/`));

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

/**
 * Plays Slack, PagerDuty and a receiver of the signed webhook on this machine: keeps every request, judges
 * it as the real one would, and answers 400 with what is wrong. The first part of the path tells which of
 * them is meant. Prints nothing.
 */
export const startAlertReceiver = async ({
  port = 0,
  webhookSecret = 'local-webhook-secret',
  now = () => new Date(),
}: Settings = {}) => {
  const received: Received[] = [];
  const scripts: Scripted[] = [];

  const judge = (kind: ReceiverKind, incoming: Incoming): Judgement => {
    switch (kind) {
      case 'slack':
        return judgeSlack(incoming);
      case 'pagerduty':
        return judgePagerDuty(incoming);
      case 'webhook':
        return judgeWebhook(incoming, webhookSecret, now());
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const kind = kindOf(path);
    const text = await readBody(request);
    if (kind === undefined || request.method !== 'POST') {
      response.writeHead(404).end('not_found');
      return;
    }
    const incoming = { path, headers: headersOf(request), text };
    const entry = { ...incoming, kind, at: now() };
    const scripted = scripts.shift();
    if (scripted === 'hang' || scripted === 'reset') {
      received.push({ ...entry, status: 0 });
      if (scripted === 'reset') request.socket.resetAndDestroy();
      return;
    }
    const judged = judge(kind, incoming);
    const status = scripted?.status ?? judged.status;
    received.push({ ...entry, status, problem: judged.problem });
    if (scripted === undefined) response.writeHead(status).end(judged.body);
    else if ('endless' in scripted) await talkForEver(response.writeHead(status));
    else response.writeHead(status, scripted.headers).end(scripted.body);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const { port: actual }: Partial<AddressInfo> = Object(server.address());
  const url = `http://127.0.0.1:${actual}`;

  return {
    url,
    /** Addresses for the channels of a plan. */
    slackWebhook: `${url}/slack/services/T000/B000/local`,
    pagerdutyUrl: `${url}/pagerduty/v2/enqueue`,
    webhookUrl: `${url}/webhook/alerts`,
    received,
    /** Answers for the next requests, in turn; after them it judges by itself again. */
    script: (...answers: Scripted[]): void => {
      scripts.push(...answers);
    },
    /** Dedup keys of the incidents that are open at PagerDuty, by what it accepted. */
    openIncidents: (): string[] => {
      const open = new Set<string>();
      for (const { kind, status, text } of received) {
        const event = kind === 'pagerduty' && status === 202 ? readPagerDutyEvent(text) : undefined;
        if (event?.event_action === 'trigger') open.add(event.dedup_key ?? '');
        if (event?.event_action === 'resolve') open.delete(event.dedup_key);
      }
      return [...open];
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export type AlertReceiver = Awaited<ReturnType<typeof startAlertReceiver>>;
