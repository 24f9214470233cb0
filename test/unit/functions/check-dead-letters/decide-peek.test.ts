import { describe, expect, it } from 'vitest';
import { decidePeek } from '../../../../functions/check-dead-letters/decide-peek.ts';
import {
  ago,
  attributesOf,
  DAY,
  HOUR,
  memoryOf,
  NOW,
  policyWith,
  sampleOf,
} from './dead-letter-fixtures.ts';

const POLICY = policyWith('alarm-older-than: 2h');
const SOME = attributesOf({ visible: 5 });
const reason = (attributes = SOME, memory = memoryOf(), policy = POLICY) => {
  const decision = decidePeek(policy, attributes, memory, NOW);
  return decision.peek ? 'peek' : decision.reason;
};

describe('decidePeek', () => {
  it('receives where nothing else tells', () => {
    expect(reason()).toBe('peek');
  });

  it('receives nothing from an empty queue, and nothing where somebody works on all of it', () => {
    expect(reason(attributesOf())).toBe('empty');
    expect(reason(attributesOf({ inFlight: 5 }))).toBe('nothing-visible');
  });

  it('receives nothing where the queue was empty lately', () => {
    expect(reason(SOME, memoryOf({ emptyAt: ago(HOUR) }))).toBe('decided');
    expect(reason(SOME, memoryOf({ emptyAt: ago(HOUR + 1) }))).toBe('peek');
    const noLimit = policyWith();
    expect(reason(SOME, memoryOf({ emptyAt: ago(11 * DAY) }), noLimit)).toBe('decided');
    expect(reason(SOME, memoryOf({ emptyAt: ago(11 * DAY + 1) }), noLimit)).toBe('peek');
  });

  it('receives nothing where a receive could move a message on', () => {
    expect(reason(attributesOf({ visible: 5, redrivePolicy: '{}' }))).toBe('would-move');
  });

  it('looks again after an hour, or once some are gone', () => {
    const lately = memoryOf({ sample: sampleOf({ at: ago(HOUR - 1), depth: 5, looked: 5 }) });
    expect(reason(SOME, lately)).toBe('looked-lately');
    expect(reason(attributesOf({ visible: 4 }), lately)).toBe('peek');
    const before = memoryOf({ sample: sampleOf({ at: ago(HOUR), depth: 5, looked: 5 }) });
    expect(reason(SOME, before)).toBe('peek');
  });

  it('looks at newcomers where their age decides, and where it can see all of them', () => {
    const strict = policyWith('alarm-older-than: 15m');
    const at = (visible: number, sample = sampleOf({ at: ago(300), depth: 5, looked: 5 })) =>
      reason(attributesOf({ visible }), memoryOf({ sample }), strict);
    expect(at(5)).toBe('looked-lately');
    expect(at(6)).toBe('peek');
    expect(at(101)).toBe('looked-lately');
    // Something is too old already: newcomers change nothing.
    expect(at(6, sampleOf({ at: ago(300), depth: 5, looked: 5, published: ago(901) }))).toBe(
      'looked-lately',
    );
    // SNS tries for an hour at most, and two hours are allowed.
    const some = memoryOf({ sample: sampleOf({ at: ago(300), depth: 5, looked: 5 }) });
    expect(reason(attributesOf({ visible: 6 }), some)).toBe('looked-lately');
  });

  it('leaves alone what another run looks at', () => {
    expect(reason(SOME, memoryOf({ peekedAt: ago(44) }))).toBe('looked-lately');
    expect(reason(SOME, memoryOf({ peekedAt: ago(45) }))).toBe('peek');
  });

  it('receives nothing where a queue keeps messages for less than the plan wants to be warned', () => {
    const short = attributesOf({ visible: 5, retentionSeconds: 2 * DAY });
    expect(reason(short, memoryOf(), policyWith())).toBe('decided');
  });

  it('receives nothing where it cannot know what it received before', () => {
    expect(decidePeek(POLICY, SOME, 'unreadable', NOW)).toEqual({
      peek: false,
      reason: 'no-memory',
    });
  });
});
