import { describe, expect, it } from 'vitest';
import { parseInvocation } from '../../../../functions/check-wal/parse-invocation.ts';

describe('what sls invoke gives', () => {
  it.each([
    [undefined, { rescan: false }],
    [null, { rescan: false }],
    ['', { rescan: false }],
    [{}, { rescan: false }],
    [{ policy: 'wal' }, { policy: 'wal', rescan: false }],
    [{ rescan: true }, { rescan: true }],
  ])('%j is understood', (payload, expected) => {
    expect(parseInvocation(payload, ['wal'])).toEqual(expected);
  });

  it.each([
    [{ rescan: 'yes' }, /rescan/],
    [{ full: true }, /full/],
    [[], /expected object/],
    [{ policy: 'wall' }, /no WAL archive "wall"; it has wal/],
  ])('%j is refused', (payload, message) => {
    expect(() => parseInvocation(payload, ['wal'])).toThrow(message);
  });
});
