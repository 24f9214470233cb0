import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Answer } from './decide-answer.ts';

/** What SQS and SNS say of a message that they will never take. */
const FOR_EVER =
  /^(InvalidMessageContents|InvalidParameter(Value)?|.*TooLong|.*BatchRequestTooLong)/;

/** Of one entry of a batch: the service says itself that it did not take it. */
export const answerOfEntry = (code: string, senderFault: boolean): Answer =>
  senderFault && FOR_EVER.test(code)
    ? { answer: 'refused', reason: `refused (${code})` }
    : { answer: 'unsent', reason: code };

/** Of a request that failed as a whole. A time-out, or a fault of the service, may have come too late. */
export const answerOfFailure = (error: unknown): Answer => {
  const { reason } = describeAwsFailure(error);
  switch (reason) {
    case 'access-denied':
    case 'not-found':
    case 'throttled':
    case 'unreachable':
      return { answer: 'unsent', reason };
    case 'timeout':
    case 'unavailable':
    case 'unexpected-error':
      return { answer: 'none', reason };
  }
};
