import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenText } from '../../../../shared/short-text/shorten-text.ts';

describe('shortenText', () => {
  it('leaves alone what fits', () => {
    expect(shortenText('wal', 3)).toBe('wal');
  });

  it('ends in an ellipsis what does not', () => {
    expect(shortenText('wal-freshness', 4)).toBe('wal…');
  });

  it('never cuts a character in half', () => {
    expect(shortenText('ab🔥cd', 4)).toBe('ab…');
    expect(shortenText('ab🔥cd', 5)).toBe('ab🔥…');
  });

  it('keeps the limit and is well formed, whatever comes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '🔥', '\ud83d', '\udd25', 'é') });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 30 }), (given, limit) => {
        const shown = shortenText(given, limit);
        expect(shown.length).toBeLessThanOrEqual(limit);
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
