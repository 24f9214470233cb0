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

const DEFAULTS = replayRequestSchema.parse({});

/** A run keeps the options that it was started with: others would be ignored without a word. */
const checkAlone = (request: ReplayRequest): void => {
  const other = Object.entries(request).find(
    ([name, value]) =>
      !['action', 'run', 'webhook'].includes(name) &&
      JSON.stringify(value) !== JSON.stringify(Reflect.get(DEFAULTS, name)),
  );
  if (other === undefined) return;
  const how = `to ${request.action} takes the run alone, which keeps the options that it was started with`;
  throw wrong('invalid-shape', `${other[0]}: ${how}`);
};

/** What the shape alone does not say. */
const check = (request: ReplayRequest): ReplayRequest => {
  const { action, run, webhook, from, transform, filter } = request;
  if (action === 'start' && webhook === undefined) {
    throw wrong(
      'invalid-shape',
      'webhook: name the webhook of the plan whose dead letters to replay',
    );
  }
  if (action !== 'start' && action !== 'look' && run === undefined) {
    throw wrong('invalid-shape', `run: needed to ${action}`);
  }
  if (action !== 'start' && action !== 'continue') checkAlone(request);
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

/** What the function tells itself when it hands a run on; nobody else has to know it. */
const OWN = ['hop', 'openings', 'idleHops', 'pausedUntil'];
const { filter, rate } = replayRequestSchema.shape;
const OPTIONS = Object.keys(replayRequestSchema.shape).filter((name) => !OWN.includes(name));
/** Options that are maps, and what each may have in it. */
const INSIDE: Record<string, string[]> = {
  filter: Object.keys(filter.unwrap().shape),
  rate: Object.keys(rate.unwrap().shape),
  destination: ['kind', 'url', 'arn'],
};
const map = z.looseObject({});

const checkKnown = (given: object, known: readonly string[], path = ''): void => {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw wrong('invalid-shape', `${path}${unknown}: unknown; known are ${known.join(', ')}`);
};

/** A typing error in what a person wrote must not become a replay of everything. */
const checkNames = (given: Record<string, unknown>): void => {
  if (given.action === 'continue') return;
  checkKnown(given, OPTIONS);
  for (const [name, known] of Object.entries(INSIDE)) {
    const inside = map.safeParse(given[name]);
    if (inside.success) checkKnown(inside.data, known, `${name}.`);
  }
};

/** A message of the queue: a whole command. @throws {UnprocessableMessageError} naming the wrong field. */
export const parseCommand = (body: string): Command => {
  // As it was written: the schema fills in what was not.
  checkNames(parseMessage(body, z.looseObject({ data: map })).data);
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
  const given = map.safeParse(payload === '' ? {} : (payload ?? {}));
  if (!given.success) throw wrong('invalid-shape', 'the payload must be a JSON object');
  checkNames(given.data);
  return { request: check(parseMessage(JSON.stringify(given.data), replayRequestSchema)) };
};
