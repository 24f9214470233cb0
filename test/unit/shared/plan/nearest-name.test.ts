import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../../shared/plan/nearest-name.ts';

const KEYS = ['schedule', 'fresh', 'retain', 'severity', 'copies', 'critical-after'];

describe('nearestName', () => {
  it.each([
    ['shedule', 'schedule'],
    ['Schedule', 'schedule'],
    ['retian', 'retain'],
    ['criticalAfter', 'critical-after'],
    ['critical_after', 'critical-after'],
    ['crit', 'critical-after'],
  ])('takes %s for %s', (wrong, right) => {
    expect(nearestName(wrong, KEYS)).toBe(right);
  });

  it('knows the endings of files for what they stand for', () => {
    const encodings = ['lz4', 'xz', 'zstd', 'bzip2', 'gzip'];
    expect(nearestName('gz', encodings)).toBe('gzip');
    expect(nearestName('bz2', encodings)).toBe('bzip2');
    expect(nearestName('zst', encodings)).toBe('zstd');
    expect(nearestName('xy', encodings)).toBe('xz');
  });

  it('takes another letter for a slip rather than a letter too many', () => {
    expect(nearestName('17MB', ['1MB', '16MB', '64MB'])).toBe('16MB');
  });

  it('says nothing where none is near', () => {
    expect(nearestName('passphrase', KEYS)).toBeUndefined();
    expect(nearestName('anything', [])).toBeUndefined();
  });

  it('takes two letters swapped for one slip, not two', () => {
    expect(nearestName('awl', ['owls', 'wal'])).toBe('wal');
  });

  it('finds a name with one letter left out, doubled or swapped', () => {
    const slip = fc.constantFrom('omit', 'double', 'swap');
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), fc.nat(), slip, (name, seed, kind) => {
        const at = seed % (name.length - 1);
        const slipped = {
          omit: name.slice(0, at) + name.slice(at + 1),
          double: name.slice(0, at + 1) + name.slice(at),
          swap: `${name.slice(0, at)}${name[at + 1]}${name[at]}${name.slice(at + 2)}`,
        }[kind];
        expect(nearestName(slipped, KEYS)).toBe(name);
      }),
    );
  });
});
