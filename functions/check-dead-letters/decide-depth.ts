import type { DeadLetterPolicy } from '../../shared/plan/plan.ts';
import type { Judgement } from './judgement.ts';
import type { QueueAttributes } from './queue-client.ts';
import { depthOf } from './queue-memory.ts';

const waiting = (count: number): string =>
  count === 1
    ? '1 message could not be delivered and waits'
    : `${count} messages could not be delivered and wait`;

/** Whether more messages wait than the plan allows. Pure. */
export const decideDepth = (
  { alarmAbove, severity }: DeadLetterPolicy,
  attributes: QueueAttributes,
  replay: string,
): Judgement => {
  const depth = depthOf(attributes);
  const { visible, inFlight, delayed } = attributes;
  const said = {
    check: 'dead-letters-depth' as const,
    expected: { atMost: alarmAbove },
    observed: { visible, inFlight, delayed },
    measurements: [{ name: 'dead-letters', value: depth, unit: 'messages' }],
  };
  if (depth > alarmAbove) {
    return {
      ...said,
      verdict: 'fail',
      severity,
      reason: 'above',
      summary: `${waiting(depth)}, more than ${alarmAbove}`,
      action: `See that the endpoint answers, then replay them: ${replay}`,
    };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: depth === 0 ? 'empty' : 'within',
    summary: depth === 0 ? 'no message waits' : `${waiting(depth)}, not more than ${alarmAbove}`,
  };
};
