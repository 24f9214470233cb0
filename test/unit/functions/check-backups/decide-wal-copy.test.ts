import { describe, expect, it } from 'vitest';
import {
  compareStretch,
  decideWalCopy,
} from '../../../../functions/check-backups/decide-wal-copy.ts';
import type { WalCopySeen, WalFile } from '../../../../functions/check-backups/wal-seen.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const file = (number: number, changes: Partial<WalFile> = {}): WalFile => ({
  name: `0000000100000000000000${number.toString(16).toUpperCase().padStart(2, '0')}`,
  at: new Date(NOW.getTime() - (100 - number) * 60_000).toISOString(),
  bytes: 16,
  etag: `e${number}`,
  ...changes,
});
const all = (...files: WalFile[]) => ({ files, more: false });

describe('compareStretch', () => {
  const originals = all(file(1), file(2), file(3));

  it('compares to the end where all is there', () => {
    const compared = compareStretch(undefined, originals, originals, 0, NOW);
    expect(compared).toMatchObject({ same: 3, missing: [], open: [], cursor: file(3).name });
  });

  it('sorts what is wrong by what is wrong', () => {
    const copies = all(file(1, { bytes: 9 }), file(3, { etag: 'x' }));
    const compared = compareStretch(undefined, originals, copies, 0, NOW);
    expect(compared.differs).toEqual([file(1)]);
    expect(compared.missing).toEqual([file(2)]);
    expect(compared.open).toEqual([file(3)]);
    expect(compared.cursor).toBe(file(3).name);
  });

  it('stops before what is not due, so that it is compared later', () => {
    const compared = compareStretch(undefined, originals, all(file(1), file(2)), 98 * 60, NOW);
    expect(compared).toMatchObject({ same: 2, missing: [], waiting: file(3) });
    expect(compareStretch('x', originals, all(), 99 * 3_600, NOW)).toMatchObject({
      cursor: 'x',
      waiting: file(1),
    });
  });

  it('does not miss what the listing of the copy did not reach', () => {
    const copies = { files: [file(1), file(2)], more: true };
    expect(compareStretch(undefined, originals, copies, 0, NOW)).toMatchObject({
      same: 2,
      missing: [],
      cursor: file(2).name,
    });
    expect(compareStretch('x', originals, { files: [], more: true }, 0, NOW).cursor).toBe('x');
  });
});

describe('decideWalCopy', () => {
  const judge = (seen: WalCopySeen, changes: { isEmpty?: boolean; waiting?: WalFile } = {}) =>
    decideWalCopy({
      name: 'wal',
      place: 's3://dr/wal/',
      withinSeconds: 600,
      severity: 'critical',
      seen,
      isEmpty: false,
      now: NOW,
      ...changes,
    });
  const suspect = (state: 'missing' | 'differs' | 'dark') => ({
    cursor: file(9).name,
    suspects: [{ ...file(4), state }],
  });

  it.each([
    ['missing', 'fail', 'missing', 'warning'],
    ['differs', 'fail', 'differs', 'critical'],
    ['dark', 'unknown', 'checksum-not-comparable', undefined],
  ] as const)('%s is %s', (state, verdict, reason, severity) => {
    const outcome = judge(suspect(state));
    expect(outcome).toMatchObject({ verdict, reason });
    expect(Reflect.get(outcome, 'severity')).toBe(severity);
    expect(outcome.summary).toContain(file(4).name);
  });

  it('names what is missing beside what differs', () => {
    const suspects = [
      { ...file(4), state: 'differs' as const },
      { ...file(5), state: 'missing' as const },
    ];
    expect(judge({ cursor: file(9).name, suspects })).toMatchObject({
      reason: 'differs',
      summary: expect.stringContaining(`${file(4).name}; 1 missing: ${file(5).name}`),
    });
  });

  it('is as loud as the backup where nothing is copied', () => {
    expect(judge(suspect('missing'), { isEmpty: true })).toMatchObject({ severity: 'critical' });
  });

  it('passes up to a name', () => {
    expect(judge({ cursor: file(9).name, suspects: [] })).toMatchObject({ verdict: 'pass' });
  });

  it('passes nothing that was not there to see', () => {
    expect(judge({ suspects: [] })).toMatchObject({
      verdict: 'unknown',
      reason: 'nothing-to-copy',
    });
    expect(judge({ suspects: [] }, { waiting: file(99) })).toMatchObject({
      verdict: 'unknown',
      reason: 'not-due-yet',
      summary: expect.stringContaining('2026-03-03 04:09 UTC'),
    });
  });
});
