import type { Confirmation } from '../../shared/sns-envelope/envelope.ts';
import { parseSnsBody } from '../../shared/sns-envelope/parse-body.ts';

export type ReadBody =
  | { confirmation: Confirmation; sha256: string }
  /** `reason` is one word, `detail` a sentence part that holds nothing of the body. */
  | { reason: string; detail: string };

/** A confirmation of SNS, read strictly; or what else it is. */
export const readConfirmation = (body: string): ReadBody => {
  const parsed = parseSnsBody(body);
  if (parsed.kind === 'raw') {
    return { reason: parsed.reason, detail: 'the body is no message of SNS' };
  }
  if (parsed.kind === 'invalid') return { reason: parsed.reason, detail: parsed.detail };
  const { envelope, sha256 } = parsed;
  if (envelope.type !== 'Notification') return { confirmation: envelope, sha256 };
  return {
    reason: 'not-a-confirmation',
    detail: 'Type: a Notification; only confirmations are taken here',
  };
};
