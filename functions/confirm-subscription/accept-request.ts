import {
  answerJson,
  type HttpAnswer,
  type HttpRequest,
} from '../../shared/handler/http-request.ts';
import type { SignatureVerifier } from '../../shared/sns-signature/signature-verifier.ts';
import type { OwnQueue } from './own-queue-client.ts';
import { readConfirmation } from './read-confirmation.ts';

export type Acceptance = { verify: SignatureVerifier; enqueue: OwnQueue; now: () => Date };

/** A confirmation has about 2 KB. */
const MAX_BYTES = 65_536;
/** SNS tries for an hour. What comes later is sent again by somebody else. */
const MAX_AGE_MS = 2 * 3_600_000;
const RETRY_SECONDS = '20';

/**
 * Takes in a confirmation that SNS delivers by HTTP. SNS waits fifteen seconds for an answer, so all that
 * happens here is the verification; what is genuine goes to the function's own queue, and is answered
 * with 202. Whoever else calls learns at once why nothing happens.
 *
 * @throws where the queue does not take it.
 */
export const acceptRequest = async (
  { verify, enqueue, now }: Acceptance,
  { method, body, bytes }: HttpRequest,
): Promise<HttpAnswer> => {
  if (method !== 'POST') {
    return answerJson(405, { result: 'refused', reason: 'not-a-post' }, { allow: 'POST' });
  }
  if (bytes > MAX_BYTES) return answerJson(413, { result: 'refused', reason: 'too-large' });
  const read = readConfirmation(body);
  if ('reason' in read) return answerJson(400, { result: 'refused', ...read });
  if (now().getTime() - read.confirmation.sentAt.getTime() > MAX_AGE_MS) {
    return answerJson(410, { result: 'refused', reason: 'too-old' });
  }

  const verification = await verify(read.confirmation);
  switch (verification.result) {
    case 'refused': {
      const { reason, detail } = verification;
      return answerJson(403, { result: 'refused', reason, detail });
    }
    case 'unknown':
      return answerJson(
        503,
        { result: 'unavailable', reason: 'certificate-unavailable' },
        { 'retry-after': RETRY_SECONDS },
      );
    case 'genuine':
      await enqueue(body);
      return answerJson(202, { result: 'accepted' });
  }
};
