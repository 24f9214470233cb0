import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSeparators } from '../../../../shared/postgres-archive/count-separators.ts';

describe('tabs and newlines', () => {
  /** All but 8 and 11, which COPY does not write. */
  const byte = fc.oneof(
    fc.constantFrom(9, 10, 0x89, 0x8a, 0x7f, 0xff, 0),
    fc.nat(255).filter((value) => value !== 8 && value !== 11),
  );

  it('are counted at whatever place of memory they stand', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.nat(8), (values, shift) => {
        const bytes = Buffer.from([...Array(shift).fill(10), ...values]).subarray(shift);
        expect(countSeparators(bytes)).toEqual({
          tabs: values.filter((value) => value === 9).length,
          newlines: values.filter((value) => value === 10).length,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('may be every byte of many', () => {
    expect(countSeparators(Buffer.alloc(9_001, 9))).toEqual({ tabs: 9_001, newlines: 0 });
    expect(countSeparators(Buffer.alloc(9_001, 10))).toEqual({ tabs: 0, newlines: 9_001 });
  });
});
