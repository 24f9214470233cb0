/**
 * The endpoint that dead letters are replayed to, in a process of its own: answers 200, and counts what
 * came by its SNS MessageId. Started by bench/replay-cloud.ts; prints its port.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const envelopeSchema = z.looseObject({ MessageId: z.string(), Message: z.string() });

let ids = new Set<string>();
let requests = 0;
let token: string | undefined;
let broken = 0;

/** What stands in a body may be an envelope in an envelope: a topic wraps what is published to it again. */
const idOf = (body: string): string | undefined => {
  try {
    const envelope = envelopeSchema.parse(JSON.parse(body));
    return (envelope.Message.startsWith('{"Type"') && idOf(envelope.Message)) || envelope.MessageId;
  } catch {
    return undefined;
  }
};

const count = async (request: IncomingMessage): Promise<void> => {
  const body = await text(request);
  if (request.headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation') {
    token = z.looseObject({ Token: z.string() }).parse(JSON.parse(body)).Token;
    return;
  }
  requests += 1;
  const id = idOf(body);
  if (id === undefined) broken += 1;
  else ids.add(id);
};

const server = createServer(async (request, response) => {
  if (request.url === '/_counts') {
    response.end(JSON.stringify({ requests, distinct: ids.size, broken, token }));
    return;
  }
  if (request.url === '/_reset') {
    ids = new Set();
    [requests, broken] = [0, 0];
  } else await count(request);
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  console.log(Reflect.get(Object(server.address()), 'port'));
});
