import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Judgement } from './judgement.ts';

/** A check of a queue whose attributes were not read. Pure. */
export const decideUnseen = (
  check: 'dead-letters-depth' | 'dead-letters-age',
  queue: string,
  { reason, message }: AwsFailure,
): Judgement => ({
  check,
  verdict: 'unknown',
  reason,
  summary: `the dead-letter queue ${queue} was not read (${message})`,
  action: 'Let this function read the attributes of the queue, and see that it exists.',
  expected: { queue },
  observed: { failure: message },
  measurements: [],
});
