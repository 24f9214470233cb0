import * as z from 'zod';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Answer } from './decide-answer.ts';

/** What SQS and SNS say of a message that they will never take. */
const FOR_EVER =
  /^(InvalidMessageContents|InvalidParameter(Value)?|.*TooLong|.*BatchRequestTooLong)/;

/** What fails before a connection stands. A connection that is lost later may have brought the request. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

const errorSchema = z.looseObject({
  name: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
});

/** Of one entry of a batch: the service says itself that it did not take it. */
export const answerOfEntry = (code: string, senderFault: boolean): Answer =>
  senderFault && FOR_EVER.test(code)
    ? { answer: 'refused', reason: `refused (${code})` }
    : { answer: 'unsent', reason: code };

/** Of a request that the service answered with an error, or of none. */
const answerOfError = (error: unknown, reason: string): Answer => {
  const { name = '', $metadata } = errorSchema.safeParse(error).data ?? {};
  const status = $metadata?.httpStatusCode ?? 0;
  if (status < 400 || status >= 500) return { answer: 'none', reason };
  return answerOfEntry(name, true);
};

/** Of a request that failed as a whole. A time-out, or a fault of the service, may have come too late. */
export const answerOfFailure = (error: unknown): Answer => {
  const { reason } = describeAwsFailure(error);
  const code = errorSchema.safeParse(error).data?.code ?? '';
  switch (reason) {
    case 'access-denied':
    case 'not-found':
    case 'throttled':
      return { answer: 'unsent', reason };
    case 'unreachable':
      return { answer: NEVER_SENT.has(code) ? 'unsent' : 'none', reason };
    case 'timeout':
    case 'unavailable':
      return { answer: 'none', reason };
    case 'unexpected-error':
      return answerOfError(error, reason);
  }
};
