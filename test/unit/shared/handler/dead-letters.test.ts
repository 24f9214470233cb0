import { describe, expect, it } from 'vitest';
import { decideFailure } from '../../../../shared/handler/dead-letters.ts';
import {
  RetryLaterError,
  UnprocessableMessageError,
} from '../../../../shared/handler/message-errors.ts';

describe('decideFailure', () => {
  const fault = new Error('S3 does not answer');

  it.each([
    [1, 30],
    [2, 60],
    [3, 120],
    [5, 480],
    [6, 900],
    [1_000, 900],
  ])(
    'has a message wait after receive %i for %i seconds, not for the whole time of its queue',
    (receives, afterSeconds) => {
      expect(decideFailure(fault, receives, 2_000)).toMatchObject({
        outcome: 'retry',
        afterSeconds,
      });
    },
  );

  it.each([
    [0, 0],
    [-1, 0],
    [2.1, 3],
    [100_000, 43_200],
  ])('waits as long as a fault asks for, within what a queue can: %d', (asked, afterSeconds) => {
    const failure = decideFailure(new RetryLaterError('later', asked), 3, 5);
    expect(failure).toMatchObject({ outcome: 'retry', afterSeconds });
  });

  it('ends a message at its last receive, and at once where no retry helps', () => {
    const dead = { outcome: 'dead', reason: 'retries-exhausted' };
    expect(decideFailure(fault, 5, 5)).toMatchObject(dead);
    const hopeless = new UnprocessableMessageError('not-json', 'the body is not JSON');
    expect(decideFailure(hopeless, 1, 5)).toMatchObject({ outcome: 'dead', reason: 'not-json' });
  });
});
