import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLsn, parseLsn, segmentOf } from '../../../../shared/postgres-wal/lsn.ts';

describe('LSNs', () => {
  it('reads what PostgreSQL prints', () => {
    expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n);
    expect(parseLsn('0/3000028')).toBe(0x300_0028n);
    expect(parseLsn('FFFFFFFF/FFFFFFFF')).toBe((1n << 64n) - 1n);
  });

  it.each(['', '/', '0', '0/', '/0', '0/123456789', '0x1/2', '0/G', ' 0/1', '-1/0'])(
    'takes %j for no LSN',
    (text) => {
      expect(parseLsn(text)).toBeUndefined();
    },
  );

  it('reads back every position', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (lsn) => {
        expect(parseLsn(formatLsn(lsn))).toBe(lsn);
      }),
    );
  });

  it('finds the segment of a position, the later one on a boundary', () => {
    const size = 16 * 1024 ** 2;
    expect(segmentOf(0x700_0028n, size)).toBe(7n);
    expect(segmentOf(0x700_0000n, size)).toBe(7n);
    expect(segmentOf(0x6ff_ffffn, size)).toBe(6n);
  });
});
