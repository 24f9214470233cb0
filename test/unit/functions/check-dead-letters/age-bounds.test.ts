import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageBounds } from '../../../../functions/check-dead-letters/age-bounds.ts';
import {
  type QueueMemory,
  remember,
} from '../../../../functions/check-dead-letters/queue-memory.ts';
import { dateOf, summarize } from '../../../../functions/check-dead-letters/take-sample.ts';
import { ago, HOUR, memoryOf, NOW, QUEUE, sampleOf } from './dead-letter-fixtures.ts';

describe('ageBounds', () => {
  it('knows nothing without a look', () => {
    expect(ageBounds(memoryOf(), 1, NOW)).toEqual({ age: {}, queued: {} });
  });

  it('is exact after a look at every message', () => {
    expect(ageBounds(memoryOf({ sample: sampleOf() }), 1, NOW)).toEqual({
      age: { atLeast: 60, atMost: 60 },
      queued: { atLeast: 50, atMost: 50 },
    });
  });

  it('reckons with newcomers that SNS tried to deliver for an hour', () => {
    const sample = sampleOf({ at: ago(30) });
    expect(ageBounds(memoryOf({ sample }), 2, NOW)).toEqual({
      age: { atLeast: 60, atMost: 30 + HOUR },
      queued: { atLeast: 50, atMost: 50 },
    });
  });

  it('is a bound from below after a look at some', () => {
    expect(ageBounds(memoryOf({ sample: sampleOf({ depth: 2 }) }), 1, NOW)).toEqual({
      age: { atLeast: 60 },
      queued: { atLeast: 50 },
    });
  });

  it('goes by the hour when the queue was empty, and the hour for which SNS tries', () => {
    expect(ageBounds(memoryOf({ emptyAt: ago(600) }), 1, NOW)).toEqual({
      age: { atMost: 600 + HOUR },
      queued: { atMost: 600 },
    });
  });

  it('does not know when a message without an envelope was published, within that hour', () => {
    const sample = sampleOf({ published: undefined, withoutEnvelope: 1 });
    expect(ageBounds(memoryOf({ sample }), 1, NOW)).toEqual({
      age: { atLeast: 50, atMost: 50 + HOUR },
      queued: { atLeast: 50, atMost: 50 },
    });
  });

  it('holds the truth between its bounds, whatever comes and is looked at', () => {
    const step = fc.record({
      comes: fc.integer({ min: 0, max: 3 }),
      tried: fc.integer({ min: 0, max: HOUR }),
      leaves: fc.boolean(),
      looks: fc.integer({ min: 0, max: 4 }),
      minutes: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let clock = NOW.getTime();
        let queue: { id: string; published: number; enqueued: number }[] = [];
        let memory: QueueMemory | undefined;
        for (const { comes, tried, leaves, looks, minutes } of steps) {
          clock += minutes * 60_000;
          if (leaves) {
            queue = [];
            // The next look sees that: a queue that is emptied and filled again between two is another case.
          } else {
            for (let count = 0; count < comes; count += 1) {
              queue.push({
                id: `${clock}-${count}`,
                published: clock - tried * 1_000,
                enqueued: clock,
              });
            }
          }
          const now = new Date(clock);
          memory = remember(memory, QUEUE, queue.length, now);
          if (looks > 0) {
            const messages = queue.slice(-looks).map(({ id, published, enqueued }) => ({
              id,
              body: JSON.stringify({
                Type: 'Notification',
                MessageId: 'm',
                TopicArn: 'arn:aws:sns:us-east-1:123456789012:t',
                Message: '',
                Timestamp: new Date(published).toISOString(),
              }),
              enqueuedAt: new Date(enqueued),
            }));
            const sample = summarize(messages.map(dateOf), queue.length, now);
            if (sample !== undefined) memory = { ...memory, sample };
          }
          if (queue.length === 0) continue;
          const { age, queued } = ageBounds(memory, queue.length, now);
          // A first look at an empty queue proves nothing yet, so a sample of before may still stand.
          if (
            memory.sample !== undefined &&
            Date.parse(memory.sample.enqueued) < Math.min(...queue.map((one) => one.enqueued))
          )
            continue;
          const oldest = (clock - Math.min(...queue.map(({ published }) => published))) / 1_000;
          const longest = (clock - Math.min(...queue.map(({ enqueued }) => enqueued))) / 1_000;
          expect(age.atLeast ?? 0).toBeLessThanOrEqual(oldest);
          expect(age.atMost ?? Infinity).toBeGreaterThanOrEqual(oldest);
          expect(queued.atLeast ?? 0).toBeLessThanOrEqual(longest);
          expect(queued.atMost ?? Infinity).toBeGreaterThanOrEqual(longest);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is remembered', () => {
  it('takes two empty looks for one empty queue, and the first for the moment', () => {
    const first = remember(memoryOf({ sample: sampleOf() }), QUEUE, 0, new Date(ago(600)));
    expect(first).toMatchObject({ lastEmpty: ago(600), sample: sampleOf() });
    expect(first.emptyAt).toBeUndefined();
    const second = remember(first, QUEUE, 0, new Date(ago(300)));
    expect(second).toMatchObject({ lastEmpty: ago(300), emptyAt: ago(600) });
    expect(second.sample).toBeUndefined();
    const third = remember(second, QUEUE, 3, NOW);
    expect(third).toMatchObject({ emptyAt: ago(600) });
    expect(third.lastEmpty).toBeUndefined();
  });

  it('is forgotten where the plan names another queue', () => {
    const memory = memoryOf({ emptyAt: ago(1), sample: sampleOf(), peekedAt: ago(1) });
    expect(remember(memory, `${QUEUE}-other`, 1, NOW)).toEqual({ queue: `${QUEUE}-other` });
  });
});
