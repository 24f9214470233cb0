import { describe, expect, it } from 'vitest';
import { decideAnswer } from '../../../../functions/replay-dead-letters/decide-answer.ts';
import { decideBackoff } from '../../../../functions/replay-dead-letters/decide-backoff.ts';
import {
  decideBalance,
  isBalanced,
} from '../../../../functions/replay-dead-letters/decide-balance.ts';
import {
  type ClaimFacts,
  decideClaim,
} from '../../../../functions/replay-dead-letters/decide-claim.ts';
import { chainDigest, runDigest } from '../../../../functions/replay-dead-letters/decide-digest.ts';
import { decideEmpty } from '../../../../functions/replay-dead-letters/decide-empty.ts';
import { decideNext } from '../../../../functions/replay-dead-letters/decide-next.ts';
import {
  allow,
  learn,
  type Pace,
  startPace,
} from '../../../../functions/replay-dead-letters/decide-pace.ts';
import { decideStop } from '../../../../functions/replay-dead-letters/decide-stop.ts';
import {
  type Entry,
  NOTHING,
  type State,
} from '../../../../functions/replay-dead-letters/ledger.ts';
import { readRetryAfter } from '../../../../functions/replay-dead-letters/retry-after.ts';

const NOW = Date.parse('2026-03-02T02:05:00.000Z');

const entry = (state: State, changes: Partial<Entry> = {}): Entry => ({
  key: 'k',
  state,
  owner: 'o',
  fence: 3,
  leaseUntil: NOW - 1,
  run: 'before',
  copy: 'copy-0',
  hash: 'h',
  attempts: 0,
  address: 'a',
  expiresAt: NOW + 1,
  ...changes,
});

const facts = (changes: Partial<ClaimFacts>): ClaimFacts => ({
  entry: undefined,
  copy: 'copy-1',
  hash: 'h',
  run: 'now',
  receiver: 'strict',
  reopens: undefined,
  now: NOW,
  ...changes,
});

describe('decideClaim', () => {
  it.each<[string, Partial<ClaimFacts>, object]>([
    ['nobody knows it', {}, { decision: 'claim', counted: false }],
    [
      'it has expired, though it is there still',
      { entry: entry('DONE', { expiresAt: NOW }) },
      { decision: 'claim', counted: false },
    ],
    ['it is done', { entry: entry('DONE') }, { decision: 'remove', as: 'duplicate' }],
    [
      'this very copy was done by this run',
      { entry: entry('DONE', { run: 'now', copy: 'copy-1' }) },
      { decision: 'remove', as: 'settled' },
    ],
    [
      'somebody sends it',
      { entry: entry('SENDING', { leaseUntil: NOW + 9 }) },
      { decision: 'leave', forMs: 9 },
    ],
    [
      'somebody sent it and died, strict',
      { entry: entry('SENDING') },
      { decision: 'park', takenFrom: 'before' },
    ],
    [
      'somebody sent it and died, idempotent',
      { entry: entry('SENDING'), receiver: 'idempotent' },
      { decision: 'claim', takenFrom: 'before' },
    ],
    [
      'it waits for its next turn',
      { entry: entry('RETRY', { leaseUntil: NOW + 5 }) },
      { decision: 'leave', forMs: 5 },
    ],
    [
      'its turn has come, in this run',
      { entry: entry('RETRY', { run: 'now' }) },
      { decision: 'claim', counted: true },
    ],
    ['it has another body', { entry: entry('DONE'), hash: 'other' }, { decision: 'quarantine' }],
    ['it is parked', { entry: entry('UNKNOWN') }, { decision: 'remove', as: 'duplicate' }],
    [
      'it is parked, and reopened',
      { entry: entry('UNKNOWN'), reopens: 'UNKNOWN' },
      { decision: 'claim', counted: false },
    ],
    [
      'it is reopened with another body',
      { entry: entry('QUARANTINED'), reopens: 'QUARANTINED', hash: 'other' },
      { decision: 'claim' },
    ],
    [
      'it is parked in the other place',
      { entry: entry('QUARANTINED'), reopens: 'UNKNOWN' },
      { decision: 'remove' },
    ],
  ])('where %s', (_, changes, expected) => {
    expect(decideClaim(facts(changes))).toMatchObject(expected);
  });
});

describe('decideAnswer', () => {
  const ask = (status: number, changes: object = {}) =>
    decideAnswer({
      answer: { answer: 'status', status, page: false },
      receiver: 'strict',
      attempts: 0,
      maxAttempts: 5,
      destinationWorks: true,
      pageIsSuccess: false,
      ...changes,
    });

  it('takes a page for success where it is told to', () => {
    const answer = { answer: 'status', status: 200, page: true };
    expect(ask(200, { answer, pageIsSuccess: true })).toEqual({ verdict: 'done' });
    expect(ask(200, { answer })).toMatchObject({ verdict: 'unknown' });
  });

  it.each([
    ['done', 'done', [200, 201, 202, 204]],
    ['retry endpoint', 'retry endpoint', [301, 302, 307, 308, 401, 403, 404, 405, 410]],
    ['quarantine', 'quarantine', [400, 406, 409, 411, 413, 415, 422, 431]],
    ['retry busy', 'retry busy', [425, 429]],
    ['retry outage', 'retry outage', [408, 500, 501, 503, 505, 507]],
    ['unknown', 'retry outage', [502, 504, 520, 524]],
  ])('is %s, and where the receiver is idempotent %s, for %j', (strict, idempotent, codes) => {
    const told = (code: number, receiver: string) => {
      const verdict = ask(code, { receiver });
      return verdict.verdict === 'retry' ? `retry ${verdict.fault}` : verdict.verdict;
    };
    expect(codes.map((code) => told(code, 'strict'))).toEqual(codes.map(() => strict));
    expect(codes.map((code) => told(code, 'idempotent'))).toEqual(codes.map(() => idempotent));
  });

  it('uses up no attempt where the destination is out, or nothing was sent', () => {
    expect(ask(500, { attempts: 4 })).toMatchObject({ verdict: 'quarantine' });
    expect(ask(500, { attempts: 4, destinationWorks: false })).toMatchObject({ verdict: 'retry' });
    const answer = { answer: 'unsent', reason: 'ECONNREFUSED' };
    expect(ask(0, { answer, attempts: 99 })).toMatchObject({ verdict: 'retry' });
  });

  it('waits as long as a busy receiver says, and never gives up on it', () => {
    const answer = { answer: 'status', status: 503, page: false, retryAfterSeconds: 7 };
    expect(ask(503, { answer, attempts: 99 })).toEqual({
      verdict: 'retry',
      reason: 'http-503',
      fault: 'busy',
      afterSeconds: 7,
    });
  });
});

describe('decidePace', () => {
  const settings = { concurrency: 50, rampUpSeconds: 0, startedAt: NOW };
  const feed = (pace: Pace, outcome: 'success' | 'outage' | 'busy', times: number, now = NOW) =>
    Array.from({ length: times }).reduce<Pace>(
      (before) => learn(before, settings, { outcome, now }),
      pace,
    );

  it('begins with ten, and grows to what is allowed', () => {
    const pace = startPace(settings, NOW, false);
    expect(allow(pace, settings, { wanted: 90, underWay: 0, now: NOW }).send).toBe(10);
    expect(feed(pace, 'success', 100).window).toBe(50);
  });

  it('opens the circuit after ten failures in a row, for longer each time, and tries with one', () => {
    const open = feed(startPace(settings, NOW, false), 'outage', 10);
    expect(open).toMatchObject({ pausedUntil: NOW + 5_000, window: 1, openings: 1 });
    expect(allow(open, settings, { wanted: 9, underWay: 0, now: NOW })).toMatchObject({
      send: 0,
      waitMs: 5_000,
    });
    const again = feed(open, 'outage', 1, NOW + 5_000);
    expect(again.pausedUntil).toBe(NOW + 15_000);
    expect(feed(again, 'success', 1)).toMatchObject({ openings: 0, streak: 0 });
  });

  it('is no more open for those who were under way when it opened', () => {
    const open = feed(startPace(settings, NOW, false), 'outage', 25);
    expect(open).toMatchObject({ openings: 1, pausedUntil: NOW + 5_000 });
  });

  it.each([
    [10, 0, 10],
    [10, 100, 5],
    [10, 1_000, 0.5],
  ])(
    'at %d a second, reached in %d s, sends about that in the first second',
    (perSecond, rampUpSeconds, most) => {
      const rated = { ...settings, perSecond, rampUpSeconds };
      let pace = startPace(rated, NOW, false);
      let sent = 0;
      for (let now = NOW; now <= NOW + 1_000; now += 10) {
        const allowance = allow(pace, rated, { wanted: 90, underWay: 0, now });
        pace = allowance.pace;
        sent += allowance.send;
        expect(allowance.send > 0 || allowance.waitMs > 0).toBe(true);
      }
      expect(sent).toBeLessThanOrEqual(1 + most);
    },
  );
});

describe('when a run ends', () => {
  it.each([
    [{ answers: 5, failures: 5, endpointStreak: 5 }, 'destination-refuses'],
    [{ answers: 2, failures: 1, endpointStreak: 0 }, 'canary-failed'],
    [{ answers: 40, failures: 5, endpointStreak: 0 }, 'error-rate'],
    [{ answers: 40, failures: 4, endpointStreak: 4 }, undefined],
    [{ answers: 10, failures: 0, endpointStreak: 0 }, undefined],
  ])('%j', (seen, reason) => {
    expect(decideStop({ canary: 3, stopAtErrorRate: 0.1 }, seen)?.reason).toBe(reason);
  });

  it('stops at a rate before the circuit opens, which would keep it from twenty answers', () => {
    const dead = (failures: number) =>
      decideStop(
        { canary: 0, stopAtErrorRate: 0.9 },
        { answers: failures, failures, endpointStreak: 0 },
      );
    expect(dead(9)).toBeUndefined();
    expect(dead(10)?.reason).toBe('error-rate');
    expect(
      decideStop({ canary: 0 }, { answers: 10, failures: 10, endpointStreak: 0 }),
    ).toBeUndefined();
  });

  it.each([
    [1, { visible: 0, inFlight: 0, delayed: 0 }, 0, 'ask-again'],
    [3, { visible: 0, inFlight: 0, delayed: 0 }, 0, 'finished'],
    [3, { visible: 4, inFlight: 0, delayed: 0 }, 0, 'ask-again'],
    [6, { visible: 4, inFlight: 0, delayed: 0 }, 0, 'waiting'],
    [3, { visible: 0, inFlight: 2, delayed: 0 }, 0, 'waiting'],
    [3, { visible: 0, inFlight: 2, delayed: 0 }, 2, 'finished'],
    [3, { visible: 0, inFlight: 0, delayed: 1 }, 0, 'waiting'],
  ])('after %d empty polls of %j', (polls, depth, left, expected) => {
    expect(decideEmpty(polls, depth, left)).toBe(expected);
  });

  it('hands on at once what had no time, waits with the rest, and ends at the limit', () => {
    const base = { hop: 0, maxHops: 5, idleHops: 0, pausedMs: 0 };
    expect(decideNext({ ...base, reason: 'out-of-time' })).toMatchObject({ afterSeconds: 0 });
    expect(decideNext({ ...base, reason: 'paused', pausedMs: 45_000 })).toMatchObject({
      afterSeconds: 45,
    });
    expect(decideNext({ ...base, reason: 'paused', pausedMs: 9e6 })).toMatchObject({
      afterSeconds: 900,
    });
    expect(decideNext({ ...base, reason: 'waiting', idleHops: 2 })).toMatchObject({ idleHops: 3 });
    expect(decideNext({ ...base, reason: 'waiting', idleHops: 30 })).toMatchObject({
      reason: 'waited-in-vain',
    });
    expect(decideNext({ ...base, reason: 'interrupted' })).toMatchObject({ idleHops: 1 });
    const worked = { isIdle: false, isLeftToTheFilter: true };
    expect(decideNext({ ...base, reason: 'waiting', idleHops: 30, waiting: worked })).toMatchObject(
      { next: 'continue', idleHops: 0 },
    );
    expect(decideNext({ ...base, reason: 'denied' })).toMatchObject({ next: 'end' });
    expect(decideNext({ ...base, reason: 'paused', hop: 5 })).toMatchObject({
      reason: 'hop-limit',
    });
    expect(decideNext({ ...base, reason: 'finished', hop: 5 })).toEqual({
      next: 'end',
      reason: 'finished',
    });
  });
});

describe('numbers', () => {
  it('pending is what is left', () => {
    const counts = { ...NOTHING, received: 9, done: 4, duplicates: 1, quarantined: 1, unknown: 1 };
    expect(decideBalance(counts).pending).toBe(2);
    expect(isBalanced(decideBalance(counts), 9)).toBe(true);
    expect(isBalanced(decideBalance(counts), 8)).toBe(false);
    expect(isBalanced(decideBalance({ ...counts, done: 10 }), 99)).toBe(false);
  });

  it('the digest changes with every object, and not with the order in which writers are read', () => {
    const [a, b] = [
      { shard: 'a', chain: chainDigest('', 'x') },
      { shard: 'b', chain: chainDigest('', 'y') },
    ];
    expect(runDigest([a, b])).toBe(runDigest([b, a]));
    expect(runDigest([a])).not.toBe(runDigest([a, b]));
    expect(runDigest([])).toMatch(/^sha256:0{64}$/);
  });

  it('waits longer each time, and never less than the receiver wants', () => {
    expect([0, 1, 5, 20].map((attempts) => decideBackoff(attempts))).toEqual([
      1_000, 2_000, 32_000, 300_000,
    ]);
    expect(decideBackoff(0, 60)).toBe(60_000);
  });

  it.each([
    ['7', 7],
    ['Mon, 02 Mar 2026 02:05:30 GMT', 30],
    ['soon', undefined],
    [undefined, undefined],
    ['999999', 3_600],
  ])('reads Retry-After %s', (value, seconds) => {
    expect(readRetryAfter(value, new Date(NOW))).toBe(seconds);
  });
});
