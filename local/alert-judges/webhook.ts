import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { alertDeliveryRequestedSchema } from '../../events/alert-delivery-requested/v1.ts';
import { type Incoming, type Judgement, readJson } from './judgement.ts';

/** Older requests may be replays of ones that somebody overheard. */
const WINDOW_SECONDS = 300;

const refuse = (status: number, problem: string): Judgement => ({ status, body: problem, problem });

const isSigned = (secret: string, timestamp: string, { headers, text }: Incoming): boolean => {
  const expected = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest();
  const [, given = ''] = /^v1=([0-9a-f]{64})$/.exec(headers['lifeboat-signature'] ?? '') ?? [];
  const bytes = Buffer.from(given, 'hex');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
};

/** What a careful receiver of the signed webhook checks, in the order in which it should. */
export const judgeWebhook = (request: Incoming, secret: string, now: Date): Judgement => {
  const timestamp = request.headers['lifeboat-timestamp'] ?? '';
  if (!isSigned(secret, timestamp, request)) return refuse(401, 'the signature does not match');
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > WINDOW_SECONDS) {
    return refuse(401, 'the request is too old');
  }
  const event = alertDeliveryRequestedSchema.safeParse(readJson(request.text));
  if (!event.success) return refuse(400, z.prettifyError(event.error));
  return request.headers['idempotency-key'] === event.data.data.deliveryId
    ? { status: 204, body: '' }
    : refuse(400, 'Idempotency-Key is not the delivery id');
};
