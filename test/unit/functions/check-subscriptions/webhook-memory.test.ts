import { describe, expect, it } from 'vitest';
import {
  describePendingTime,
  pendingTime,
} from '../../../../functions/check-subscriptions/pending-time.ts';
import {
  memorySchema,
  remember,
} from '../../../../functions/check-subscriptions/webhook-memory.ts';

const hour = (hours: number): Date => new Date(Date.UTC(2026, 10, 21) + hours * 3_600_000);

describe('what is remembered of a pending subscription', () => {
  it('is when it was first seen, and the look before', () => {
    const first = remember(undefined, 'missing', 'p', hour(0));
    const seen = remember(first, 'pending', 'p', hour(1));
    const later = remember(seen, 'pending', 'p', hour(11));
    expect(memorySchema.parse(JSON.parse(JSON.stringify(later)))).toEqual({
      place: 'p',
      lookedAt: hour(11).toISOString(),
      state: 'pending',
      pendingSeen: hour(1).toISOString(),
      pendingNotBefore: hour(0).toISOString(),
      attempts: [],
    });
    const time = pendingTime(later, hour(11));
    expect(time).toEqual({ seen: hour(1).toISOString(), atMost: 38, atLeast: 37 });
    expect(describePendingTime(time)).toBe('37 to 38 of 48 hours are left');
  });

  it('has no lower bound where nobody looked before', () => {
    const time = pendingTime(remember(undefined, 'pending', 'p', hour(0)), hour(2));
    expect(describePendingTime(time)).toBe(
      'since 2026-11-21T00:00:00.000Z or longer: at most 46 of 48 hours are left',
    );
  });

  it('begins anew after a confirmation', () => {
    const old = remember(undefined, 'pending', 'p', hour(0));
    const again = remember(remember(old, 'confirmed', 'p', hour(5)), 'pending', 'p', hour(6));
    expect(pendingTime(again, hour(6))).toEqual({
      seen: hour(6).toISOString(),
      atMost: 48,
      atLeast: 47,
    });
  });

  it('is forgotten where the plan names another endpoint, with its attempts', () => {
    const attempts = [hour(0).toISOString()];
    const old = { ...remember(undefined, 'pending', 'p', hour(0)), attempts };
    expect(remember(old, 'pending', 'other', hour(1))).toMatchObject({
      pendingSeen: hour(1).toISOString(),
      attempts: [],
    });
    expect(remember(old, 'pending', 'p', hour(1)).attempts).toEqual(attempts);
    expect(remember(old, 'pending', 'p', hour(24)).attempts).toEqual([]);
  });

  it('counts the most from when it was subscribed again: it lives longer than the first 48 hours', () => {
    const seen = remember(remember(undefined, 'missing', 'p', hour(0)), 'pending', 'p', hour(1));
    const again = { ...seen, attempts: [hour(40).toISOString(), hour(46).toISOString()] };
    expect(pendingTime(again, hour(49))).toMatchObject({ atMost: 45, atLeast: 0 });
    const before = { ...seen, attempts: [hour(0).toISOString()] };
    expect(pendingTime(before, hour(49))).toMatchObject({ atMost: 0, atLeast: 0 });
  });

  it('says what it does not know', () => {
    expect(describePendingTime(undefined)).toBe('since when is not known');
    expect(pendingTime(remember(undefined, 'pending', 'p', hour(0)), hour(50))?.atMost).toBe(0);
  });
});
