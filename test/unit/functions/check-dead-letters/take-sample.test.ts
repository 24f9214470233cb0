import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Peeked } from '../../../../functions/check-dead-letters/queue-client.ts';
import {
  dateOf,
  summarize,
  takeSample,
} from '../../../../functions/check-dead-letters/take-sample.ts';
import { ago, attributesOf, NOW, TOPIC } from './dead-letter-fixtures.ts';

const envelope = (seconds: number, more = {}) =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: 'm',
    TopicArn: TOPIC,
    Message: '',
    Timestamp: ago(seconds),
    ...more,
  });
const message = (id: string, body: string, enqueued = 10): Peeked => ({
  id,
  body,
  enqueuedAt: new Date(ago(enqueued)),
});
const client = (answers: Peeked[][]) => ({
  asked: 0,
  attributes: async () => attributesOf(),
  async peek() {
    this.asked += 1;
    return answers[this.asked - 1] ?? [];
  },
});

describe('takeSample', () => {
  it('goes on until it has seen every message', async () => {
    const queue = client([
      [message('a', envelope(60))],
      [message('a', envelope(60)), message('b', envelope(90))],
    ]);
    const { sample, receives } = await takeSample(queue, 'q', attributesOf({ visible: 2 }), NOW);
    expect(receives).toBe(2);
    expect(sample).toMatchObject({ depth: 2, looked: 2, published: ago(90), enqueued: ago(10) });
  });

  it('stops at an empty answer, at a hundred messages, and after twelve receives', async () => {
    expect(
      (await takeSample(client([]), 'q', attributesOf({ visible: 5 }), NOW)).sample,
    ).toBeUndefined();
    const many = Array.from({ length: 50 }, (_, batch) =>
      Array.from({ length: 10 }, (_, index) => message(`${batch}-${index}`, envelope(1))),
    );
    const full = await takeSample(client(many), 'q', attributesOf({ visible: 500 }), NOW);
    expect(full).toMatchObject({ receives: 10, sample: { depth: 500, looked: 100 } });
    const same = Array.from({ length: 50 }, () => [message('a', envelope(1))]);
    expect(await takeSample(client(same), 'q', attributesOf({ visible: 500 }), NOW)).toMatchObject({
      receives: 12,
    });
  });
});

describe('the memory of a sample', () => {
  it('holds no bodies', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    let receives = 0;
    let grown = 0;
    collect();
    const before = process.memoryUsage().heapUsed;
    const queue = {
      ...client([]),
      peek: async () => {
        receives += 1;
        if (receives < 10) {
          return Array.from({ length: 10 }, (_, index) =>
            message(`${receives}-${index}`, envelope(1, { Message: 'x'.repeat(250_000) })),
          );
        }
        collect();
        grown = process.memoryUsage().heapUsed - before;
        return [];
      },
    };
    await takeSample(queue, 'q', attributesOf({ visible: 500 }), NOW);
    // Ninety bodies have 22 MB.
    expect(grown).toBeLessThan(8_000_000);
  });
});

describe('summarize', () => {
  it.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['JSON of somebody else', '{"eventType":"Bounce"}'],
    ['no MessageId', envelope(60, { MessageId: undefined })],
    ['a time that is none', envelope(60, { Timestamp: 'yesterday' })],
    ['1 MiB of text', 'x'.repeat(1_048_576)],
    ['more than that', envelope(60, { Message: 'x'.repeat(1_048_576) })],
  ])('goes by the queue where a body is %s', (_, body) => {
    const seen = [message('a', body), message('b', envelope(5), 3)].map(dateOf);
    expect(summarize(seen, 2, NOW)).toMatchObject({
      published: ago(5),
      enqueued: ago(10),
      withoutEnvelope: 1,
    });
  });

  it('takes any bodies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.json()), { minLength: 1, maxLength: 5 }),
        (bodies) => {
          const sample = summarize(
            bodies.map((body, index) => dateOf(message(String(index), body))),
            9,
            NOW,
          );
          expect(sample).toMatchObject({ looked: bodies.length, enqueued: ago(10) });
        },
      ),
      { numRuns: 100 },
    );
  });
});
