import { describe, expect, it } from 'vitest';
import { decideReadShare } from '../../../../functions/verify-backup/decide-read-share.ts';
import { storedBackup } from '../../../support/backup-policies.ts';

const decide = (objects: number, bytes: number, readObjects: number, readBytes: number) =>
  decideReadShare(storedBackup(), { objects, bytes, readObjects, readBytes });

describe('the share that was read in a week', () => {
  it('is said in bytes and in objects', () => {
    expect(decide(30, 3_000, 7, 1_000)).toMatchObject({
      verdict: 'pass',
      reason: 'measured',
      summary:
        'database-full: 7 of 30 objects, 33.3% of 3.0 kB, were read to the last byte within a week; the plan has all read every 30d',
      measurements: [
        { name: 'read-last-week', value: 33.3, unit: 'percent' },
        { name: 'objects-read-last-week', value: 23.3, unit: 'percent' },
        { name: 'objects', value: 30 },
        { name: 'size', value: 3_000 },
      ],
    });
  });

  it.each([
    [decide(1_000, 100_000, 999, 99_999), 99.9],
    [decide(1, 0, 1, 0), 100],
    [decide(2, 10, 0, 0), 0],
  ])('is rounded down, so that all is all: %#', ({ measurements }, value) => {
    expect(measurements[0]).toMatchObject({ value });
  });

  it('of nothing is unknown', () => {
    expect(decide(0, 0, 0, 0)).toMatchObject({ verdict: 'unknown', reason: 'nothing-seen' });
  });
});
