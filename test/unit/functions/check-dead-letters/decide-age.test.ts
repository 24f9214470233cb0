import { describe, expect, it } from 'vitest';
import { type AgeCase, decideAge } from '../../../../functions/check-dead-letters/decide-age.ts';
import {
  ago,
  attributesOf,
  DAY,
  HOUR,
  memoryOf,
  NOW,
  policyWith,
  QUEUE,
  sampleOf,
} from './dead-letter-fixtures.ts';

const judge = (more: Partial<AgeCase>) =>
  decideAge({
    policy: policyWith('alarm-older-than: 15m'),
    lossSeverity: 'critical',
    attributes: attributesOf({ visible: 1 }),
    memory: memoryOf(),
    peek: undefined,
    receives: 1,
    now: NOW,
    replay: 'sls invoke -f replay-dead-letters',
    ...more,
  });
const sampled = (published: number, enqueued: number, more = {}) =>
  memoryOf({ sample: sampleOf({ published: ago(published), enqueued: ago(enqueued), ...more }) });

describe('decideAge', () => {
  it('passes an empty queue, whatever it remembers', () => {
    expect(judge({ attributes: attributesOf(), memory: sampled(DAY, DAY) })).toMatchObject({
      verdict: 'pass',
      reason: 'empty',
    });
  });

  it('passes where every message was seen and none is too old', () => {
    const judged = judge({ memory: sampled(900, 800) });
    expect(judged).toMatchObject({ verdict: 'pass', reason: 'young' });
    expect(judged.summary).toBe(
      'the oldest message is at most 15m old and has 13d 23h before the queue deletes it',
    );
    expect(judged.measurements).toContainEqual({
      name: 'oldest-age-at-most',
      value: 900,
      unit: 'seconds',
    });
  });

  it('fails by the time in the envelope, not by that in the queue', () => {
    const judged = judge({ memory: sampled(901, 10) });
    expect(judged).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'old' });
    expect(judged.action).toContain('sls invoke -f replay-dead-letters');
  });

  it('fails for one old message among many that were not seen', () => {
    const memory = sampled(2_000, 1_900, { depth: 5_000, looked: 100 });
    expect(judge({ memory })).toMatchObject({ verdict: 'fail', reason: 'old' });
  });

  it('does not pass what it has not seen', () => {
    const memory = sampled(60, 50, { depth: 5_000, looked: 100 });
    const judged = judge({ memory, peek: { peek: false, reason: 'looked-lately' } });
    expect(judged).toMatchObject({ verdict: 'unknown', reason: 'not-all-seen' });
    expect(judged.summary).toContain('100 of 5000');
  });

  it.each([
    [{ peek: false, reason: 'would-move' }, 'would-move'],
    [{ peek: false, reason: 'nothing-visible' }, 'not-all-seen'],
    [{ peek: false, reason: 'no-memory' }, 'not-all-seen'],
    [{ failure: { reason: 'access-denied', message: 'no' } }, 'access-denied'],
  ] as const)('is unknown where %j', (peek, reason) => {
    expect(judge({ peek })).toMatchObject({ verdict: 'unknown', reason });
  });

  it('passes without a look where the queue was empty lately', () => {
    const memory = memoryOf({ emptyAt: ago(HOUR) });
    const judged = judge({
      policy: policyWith(),
      memory,
      peek: { peek: false, reason: 'decided' },
    });
    expect(judged).toMatchObject({ verdict: 'pass', reason: 'young' });
  });

  it('fails without a look where the queue keeps nothing for so long', () => {
    const attributes = attributesOf({ visible: 1, retentionSeconds: 2 * DAY });
    expect(judge({ attributes })).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'expiring',
    });
  });

  it('warns three days before the queue deletes a message, by when that came into the queue', () => {
    const policy = policyWith();
    const at = (queued: number, retention = 14 * DAY) =>
      judge({
        policy,
        memory: sampled(queued, queued),
        attributes: attributesOf({ visible: 1, retentionSeconds: retention }),
      });
    expect(at(11 * DAY)).toMatchObject({ verdict: 'pass' });
    expect(at(11 * DAY + 1)).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'expiring',
    });
    expect(at(13 * DAY + 1)).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'expiring',
    });
    // The default retention of SQS: four days.
    expect(at(DAY + 1, 4 * DAY)).toMatchObject({ reason: 'expiring' });
    expect(at(20 * DAY).summary).toContain('deletes its oldest messages now');
    expect(at(20 * DAY).action).toContain(
      `--queue-url ${QUEUE} --attributes MessageRetentionPeriod=1209600`,
    );
  });
});
