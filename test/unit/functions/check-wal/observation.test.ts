import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinObservations } from '../../../../functions/check-wal/join-observations.ts';
import {
  emptyObservation,
  type Observation,
  observeFile,
  type Reading,
} from '../../../../functions/check-wal/observation.ts';
import { DEFAULT_SEGMENT_SIZE } from '../../../../shared/postgres-wal/segment-name.ts';
import { file, READING } from './listed-archive.ts';

const A7 = '0000000100000000000000A7';
const observe = (names: [string, number?][], reading: Reading = READING): Observation => {
  const seen = emptyObservation();
  for (const [name, size] of names) observeFile(seen, file(name, size), reading);
  return seen;
};

describe('what a listing shows', () => {
  it('counts a raw and a compressed copy of a segment as one segment in two files', () => {
    const seen = observe([[A7, DEFAULT_SEGMENT_SIZE], [`${A7}.gz`]]);
    expect(seen.timelines.get(1)).toMatchObject({ files: 2, odd: [] });
    expect(seen.timelines.get(1)?.runs).toMatchObject([{ first: 0xa7n, last: 0xa7n }]);
  });

  it('tells empty segments and raw ones of an odd size from the others', () => {
    const kinds = (name: string, size: number, reading = READING): string[] => {
      const seen = observe([[name, size]], reading).timelines.get(1);
      return [...(seen?.empty.map(() => 'empty') ?? []), ...(seen?.odd.map(() => 'odd') ?? [])];
    };
    expect(kinds(A7, DEFAULT_SEGMENT_SIZE)).toEqual([]);
    expect(kinds(A7, 100)).toEqual(['odd']);
    expect(kinds(A7, DEFAULT_SEGMENT_SIZE + 32)).toEqual(['odd']);
    expect(kinds(A7, 0)).toEqual(['empty']);
    expect(kinds(`${A7}.gz`, 100)).toEqual([]);
    expect(kinds(`${A7}.gz`, 0)).toEqual(['empty']);
    const encoded = { ...READING, rawNamesAreRaw: false };
    expect(kinds(A7, 100, encoded)).toEqual([]);
    expect(kinds(A7, 0, encoded)).toEqual(['empty']);
  });

  it('weighs raw segments for the segment size, where raw names are raw', () => {
    const names: [string, number?][] = [
      [A7, 1024 ** 2],
      [`${A7}.gz`, 1024 ** 2],
    ];
    expect([...observe(names).rawSizes]).toEqual([[1024 ** 2, 1]]);
    expect(observe(names, { ...READING, rawNamesAreRaw: false }).rawSizes.size).toBe(0);
  });

  it('leaves aside what another policy of the same folder matches', () => {
    const isOurs = (name: string): boolean => name.endsWith('.gz');
    const seen = observe([[A7], [`${A7}.gz`]], { ...READING, isOurs });
    expect(seen).toMatchObject({ others: 1, files: 2 });
    expect(seen.timelines.get(1)?.files).toBe(1);
  });

  it('takes names beyond the segment size for others and remembers how far they count', () => {
    const seen = observe([['000000010000000000000100']]);
    expect(seen).toMatchObject({
      others: 1,
      otherExample: '000000010000000000000100',
      misnamed: '000000010000000000000100',
      beyond: [{ first: (1n << 64n) + 0x100n }],
    });
    expect(seen.timelines.size).toBe(0);
  });

  it('is the same in one piece and joined from two, for any names', () => {
    const name = fc.oneof(
      fc.tuple(fc.nat(3), fc.nat(300), fc.constantFrom('', '.gz', '.partial', '.00000028.backup')),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const text = name.map((one) =>
      typeof one === 'string'
        ? one
        : one[0].toString(16).padStart(8, '0') +
          one[1].toString(16).toUpperCase().padStart(16, '0') +
          one[2],
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.nat(60), (generated, cut) => {
        const names = [...new Set(generated)].sort().map((one): [string] => [one]);
        const joined = joinObservations(observe(names.slice(0, cut)), observe(names.slice(cut)));
        expect(joined).toEqual(observe(names));
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});
