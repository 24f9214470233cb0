import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteValue } from '../../../../shared/plan/quote-value.ts';

describe('quoteValue', () => {
  it.each([
    ['30 days', '"30 days"'],
    [30, '30'],
    [true, 'true'],
    [null, 'empty'],
    [undefined, 'empty'],
    [['a'], 'a list'],
    [{ a: 1 }, 'a map'],
    ['https://user:pw@host/path?token=x', '"https://…@host/path?…"'],
  ])('shows %j as %s', (value, text) => {
    expect(quoteValue(value)).toBe(text);
  });

  it('cuts a long text', () => {
    expect(quoteValue('x'.repeat(500)).length).toBeLessThan(70);
  });

  it('is one short line whatever the value is', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 2 }), (value) => {
        const text = quoteValue(value);
        expect(text).not.toMatch(/[\n\r]/);
        expect(text.length).toBeLessThan(400);
      }),
    );
  });
});
