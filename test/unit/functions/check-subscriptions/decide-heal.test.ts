import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideHeal } from '../../../../functions/check-subscriptions/decide-heal.ts';
import {
  remember,
  type WebhookMemory,
} from '../../../../functions/check-subscriptions/webhook-memory.ts';

const MINUTE = 60_000;
const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE);
const missing = { state: 'missing' } as const;
const pending = { state: 'pending' } as const;
const memory = (attempts: number[], more: Partial<WebhookMemory> = {}): WebhookMemory => ({
  place: 'p',
  lookedAt: NOW.toISOString(),
  state: 'missing',
  attempts: attempts.map((minutes) => at(minutes).toISOString()),
  ...more,
});

describe('decideHeal', () => {
  it('subscribes at once what is missing', () => {
    expect(decideHeal({ heal: true }, missing, memory([]), NOW)).toEqual({ heal: true });
  });

  it.each([
    [
      'what is there',
      { heal: true },
      { state: 'unread', failure: { reason: 'timeout', message: '' } },
      'nothing-lost',
    ],
    [
      'what was not seen',
      { heal: true },
      { state: 'not-looked', failure: { reason: 'timeout', message: '' } },
      'nothing-lost',
    ],
    ['where the plan does not say so', { heal: false }, missing, 'not-planned'],
  ] as const)('leaves alone %s', (_, policy, look, reason) => {
    expect(decideHeal(policy, look, memory([]), NOW)).toEqual({ heal: false, reason });
  });

  it('does nothing where it cannot know what it did before', () => {
    expect(decideHeal({ heal: true }, missing, 'unreadable', NOW)).toEqual({
      heal: false,
      reason: 'no-memory',
    });
  });

  it('gives an endpoint ten minutes to confirm before it asks again', () => {
    const seen = (minutes: number) =>
      memory([], { state: 'pending', pendingSeen: at(minutes).toISOString() });
    expect(decideHeal({ heal: true }, pending, seen(-9), NOW)).toEqual({
      heal: false,
      reason: 'too-early',
      notBefore: at(1),
    });
    expect(decideHeal({ heal: true }, pending, seen(-10), NOW)).toEqual({ heal: true });
  });

  it('waits twice as long after each attempt', () => {
    const next = (attempts: number[]) => decideHeal({ heal: true }, missing, memory(attempts), NOW);
    expect(next([-4])).toMatchObject({ notBefore: at(1) });
    expect(next([-20, -4])).toMatchObject({ notBefore: at(6) });
    expect(next([-60, -20, -4])).toMatchObject({ notBefore: at(16) });
    // What is older than a day is forgotten.
    expect(next([-24 * 60, -24 * 60 - 1, -5])).toEqual({ heal: true });
  });

  it('never makes more than ten attempts within a day, however often it runs and whatever it sees', () => {
    const runs = fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 60 }),
        state: fc.constantFrom('missing', 'pending', 'confirmed'),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(runs, (all) => {
        let known: WebhookMemory | undefined;
        let minutes = 0;
        const made: number[] = [];
        for (const { after, state } of all) {
          minutes += after;
          const now = at(minutes);
          known = remember(known, state, 'p', now);
          const look = state === 'confirmed' ? { state, arn: 'a', attributes: {} } : { state };
          if (!decideHeal({ heal: true }, look, known, now).heal) continue;
          made.push(minutes);
          known = { ...known, attempts: [...known.attempts, now.toISOString()] };
        }
        for (const first of made) {
          const within = made.filter((one) => one >= first && one < first + 24 * 60);
          expect(within.length).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 50 },
    );
  });
});
