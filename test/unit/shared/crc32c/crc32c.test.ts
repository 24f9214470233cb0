import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../shared/crc32c/crc32c.ts';

/** By its definition, a bit at a time. */
const byBits = (bytes: Uint8Array): number => {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
};

const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const READ_COMMAND =
  '01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000';

describe('crc32c', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 0],
    ['the check value of the catalogue', Buffer.from('123456789'), 0xe3069283],
    ['RFC 3720: zeros', Buffer.alloc(32), 0x8a9136aa],
    ['RFC 3720: ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['RFC 3720: ascending', ascending, 0x46dd794e],
    ['RFC 3720: descending', Buffer.from(ascending).reverse(), 0x113fdb5c],
    ['RFC 3720: a read command', Buffer.from(READ_COMMAND, 'hex'), 0xd9963a56],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same in any pieces, at any address', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 2_500, size: 'max' });
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(700), { maxLength: 6 }),
        fc.nat(7),
        (data, sizes, shift) => {
          const shifted = Buffer.concat([Buffer.alloc(shift), data]).subarray(shift);
          let at = 0;
          let crc = 0;
          for (const size of [...sizes, data.length]) {
            crc = crc32c(shifted.subarray(at, at + size), crc);
            at = Math.min(data.length, at + size);
          }
          expect(crc).toBe(byBits(data));
        },
      ),
      { numRuns: 60 },
    );
  });
});
