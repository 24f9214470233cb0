import { describe, expect, it } from 'vitest';
import { parseInvocation } from '../../../../functions/check-wal/parse-invocation.ts';

describe('what sls invoke gives', () => {
  it.each([
    [undefined, { rescan: false, deep: false }],
    [null, { rescan: false, deep: false }],
    ['', { rescan: false, deep: false }],
    [{}, { rescan: false, deep: false }],
    [{ policy: 'wal' }, { policy: 'wal', rescan: false, deep: false }],
    [{ rescan: true }, { rescan: true, deep: false }],
    [
      { deep: true, range: '0000000100000000000000A7' },
      {
        rescan: false,
        deep: true,
        range: { first: '0000000100000000000000A7', last: '0000000100000000000000A7' },
      },
    ],
  ])('%j is understood', (payload, expected) => {
    expect(parseInvocation(payload, ['wal'])).toEqual(expected);
  });

  it.each([
    [{ rescan: 'yes' }, /rescan/],
    [{ full: true }, /full/],
    [{ deep: true, range: 'A7' }, /range/],
    [{ range: '0000000100000000000000A7' }, /range: belongs to "deep"/],
    [[], /must be an object/],
    [{ policy: 'wall' }, /no WAL archive "wall"; it has wal/],
  ])('%j is refused', (payload, message) => {
    expect(() => parseInvocation(payload, ['wal'])).toThrow(message);
  });
});
