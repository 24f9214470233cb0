import * as z from 'zod';
import {
  REPLAY_REQUESTED,
  type ReplayRequest,
  replayRequestedSchema,
  replayRequestSchema,
} from '../../events/replay-requested/v1.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { parseMessage } from '../../shared/handler/parse-message.ts';
import { compileJsonPath } from './json-path.ts';

export type Command = { request: ReplayRequest; correlationId?: string; eventId?: string };

const wrong = (reason: string, detail: string) => new UnprocessableMessageError(reason, detail);

/** What the shape alone does not say. */
const check = (request: ReplayRequest): ReplayRequest => {
  const { action, run, webhook, from, transform, filter } = request;
  if (action === 'start' && webhook === undefined) {
    throw wrong(
      'invalid-shape',
      'webhook: name the webhook of the plan whose dead letters to replay',
    );
  }
  if (action !== 'start' && run === undefined) {
    throw wrong('invalid-shape', `run: needed to ${action}`);
  }
  if (transform !== undefined && from === 'queue') {
    throw wrong(
      'invalid-shape',
      'transform: only what is parked can be changed; use "from": "quarantine" or "unknown"',
    );
  }
  // Said now, and not when the first messages have been taken.
  if (filter.where !== undefined) compileJsonPath(filter.where);
  return request;
};

const known = Object.keys(replayRequestSchema.shape);

/** A typing error in what a person wrote must not become a replay of everything. */
const checkNames = (data: object): void => {
  const unknown = Object.keys(data).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw wrong('invalid-shape', `${unknown}: unknown; known are ${known.join(', ')}`);
};

/** A message of the queue: a whole command. @throws {UnprocessableMessageError} naming the wrong field. */
export const parseCommand = (body: string): Command => {
  const event = parseMessage(body, replayRequestedSchema);
  return { request: check(event.data), correlationId: event.correlationid, eventId: event.id };
};

const eventLike = z.looseObject({ specversion: z.string(), type: z.literal(REPLAY_REQUESTED) });

/**
 * What `sls invoke` was given: a whole command, as it would come from the queue, or its data alone.
 *
 * @throws {UnprocessableMessageError} naming the wrong field.
 */
export const parseInvocation = (payload: unknown): Command => {
  if (eventLike.safeParse(payload).success) return parseCommand(JSON.stringify(payload));
  const given = z.looseObject({}).safeParse(payload === '' ? {} : (payload ?? {}));
  if (!given.success) throw wrong('invalid-shape', 'the payload must be a JSON object');
  checkNames(given.data);
  return { request: check(parseMessage(JSON.stringify(given.data), replayRequestSchema)) };
};
