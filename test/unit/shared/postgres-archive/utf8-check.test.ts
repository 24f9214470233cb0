import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8Check } from '../../../../shared/postgres-archive/utf8-check.ts';

const check = (bytes: Buffer, cuts: number[]): boolean => {
  const text = new Utf8Check();
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    if (!text.push(bytes.subarray(start, end))) return false;
    start = end;
  }
  return true;
};

describe('text in UTF-8', () => {
  const LETTERS = Buffer.from('a\u00fc\u20ac\ud83d\ude00');

  it('is the same however it is cut', () => {
    for (let one = 0; one <= LETTERS.length; one += 1)
      for (let two = one; two <= LETTERS.length; two += 1)
        expect(check(LETTERS, [one, two]), `${one}, ${two}`).toBe(true);
  });

  it('is judged as Node judges it as a whole', () => {
    const unit = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc2,
      0xe2,
      0x82,
      0xac,
      0xed,
      0xa0,
      0xf0,
      0x9f,
      0xff,
    );
    const cuts = fc.array(fc.nat(12), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), cuts, (values, at) => {
        // A newline behind it, as behind every row: an open character is then wrong.
        const bytes = Buffer.from([...values, 10]);
        const sorted = at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
        expect(check(bytes, sorted)).toBe(isUtf8(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});
