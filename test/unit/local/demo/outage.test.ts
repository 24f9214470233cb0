import { describe, expect, it } from 'vitest';
import { describeTally, isWhole, tally } from '../../../../local/demo/outage.ts';

const table = (rows: Record<string, number>): Map<string, number> => new Map(Object.entries(rows));

describe('the table of the receiver after an outage', () => {
  it('is whole when it holds each event once', () => {
    const counted = tally(['a', 'b'], table({ a: 1, b: 1 }));
    expect(isWhole(counted)).toBe(true);
    expect(describeTally(counted)).toBe('replayed: 2 of 2 events are in the receiver’s table once');
  });

  it.each([
    [{ a: 1 }, '1 never came'],
    [{ a: 1, b: 2 }, '1 came twice'],
    [{ a: 1, b: 1, c: 1 }, '1 that nobody published'],
  ])('is not whole with %o', (rows, fault) => {
    const counted = tally(['a', 'b'], table(rows));
    expect(isWhole(counted)).toBe(false);
    expect(describeTally(counted)).toMatch(new RegExp(`${fault}$`));
  });
});
