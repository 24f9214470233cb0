import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatSegmentName,
  isSegmentSize,
  parseSegmentName,
  segmentsPerLog,
} from '../../../../shared/postgres-wal/segment-name.ts';

const MB = 1024 ** 2;
const sizes = fc.integer({ min: 0, max: 10 }).map((power) => MB * 2 ** power);

describe('segment names', () => {
  it.each([
    [16, 256n],
    [64, 64n],
    [128, 32n],
    [1024, 4n],
    [1, 4096n],
  ])('counts the segments of %d MB that 4 GB hold', (megabytes, expected) => {
    expect(segmentsPerLog(megabytes * MB)).toBe(expected);
  });

  it('rolls over to the next log after FF with 16 MB and after 3F with 64 MB', () => {
    const next = (name: string, size: number): string => {
      const segment = parseSegmentName(name, size);
      if (segment === undefined) throw new Error(`${name} is no segment`);
      return formatSegmentName({ ...segment, number: segment.number + 1n }, size);
    };
    expect(next('0000000100000000000000FF', 16 * MB)).toBe('000000010000000100000000');
    expect(next('00000001000000000000003F', 64 * MB)).toBe('000000010000000100000000');
    expect(next('0000000100000000000000A7', 16 * MB)).toBe('0000000100000000000000A8');
  });

  it.each([
    ['a third part of N', '000000010000000000000040', 64],
    ['a third part of N with 16 MB', '000000010000000000000100', 16],
    ['lower case', '0000000100000000000000a7', 16],
    ['timeline 0', '0000000000000000000000A7', 16],
    ['23 digits', '000000010000000000000A7', 16],
    ['a suffix', '0000000100000000000000A7.gz', 16],
    ['nothing', '', 16],
  ])('takes %s for no segment', (_, name, megabytes) => {
    expect(parseSegmentName(name, megabytes * MB)).toBeUndefined();
  });

  it('gives every number of every size a name that reads back', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 0xffff_ffff }),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        (size, timeline, lsn) => {
          const segment = { timeline, number: lsn / BigInt(size) };
          const name = formatSegmentName(segment, size);
          expect(name).toMatch(/^[0-9A-F]{24}$/);
          expect(parseSegmentName(name, size)).toEqual(segment);
        },
      ),
    );
  });

  it('sorts names as it sorts numbers, which listing relies on', () => {
    const position = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(sizes, position, position, (size, a, b) => {
        const [low, high] = [a / BigInt(size), b / BigInt(size)];
        const name = (number: bigint) => formatSegmentName({ timeline: 1, number }, size);
        expect(name(low) < name(high)).toBe(low < high);
      }),
    );
  });

  it.each([
    [16 * MB, true],
    [1024 * MB, true],
    [MB, true],
    [2048 * MB, false],
    [MB / 2, false],
    [3 * MB, false],
    [0, false],
    [Number.NaN, false],
  ])('judges %d bytes as a segment size', (bytes, expected) => {
    expect(isSegmentSize(bytes)).toBe(expected);
  });
});
