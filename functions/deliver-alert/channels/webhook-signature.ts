import { createHmac } from 'node:crypto';

/**
 * The headers by which a receiver knows that a request is ours and new: HMAC-SHA256, in hex, over the time
 * in seconds, a full stop, and the body's bytes in UTF-8.
 */
export const signatureHeaders = (
  body: string,
  secret: string,
  now: Date,
): { 'lifeboat-timestamp': string; 'lifeboat-signature': string } => {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'lifeboat-timestamp': timestamp, 'lifeboat-signature': `v1=${signature}` };
};
