import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBackupLabel } from '../../../../shared/postgres-wal/backup-label.ts';
import { readFixture, readRealArchive, textOf } from './real-archive.ts';

describe('.backup files', () => {
  it('reads the range that a real base backup needs', () => {
    const text = textOf(readRealArchive(15), '00000001000000000000000B.00000028.backup');
    expect(parseBackupLabel(text)).toEqual({
      start: { lsn: 0xb0_0028n, segment: '00000001000000000000000B' },
      stop: { lsn: 0xb0_0100n, segment: '00000001000000000000000B' },
      startTimeline: 1,
      stopTimeline: 1,
      startTime: '2026-11-21 08:08:20 UTC',
      stopTime: '2026-11-21 08:08:20 UTC',
      label: 'nightly',
    });
  });

  it('reads a backup_label, which knows no end yet', () => {
    const label = parseBackupLabel(readFixture('backup_label'));
    expect(label).toMatchObject({ start: { segment: '00000001000000000000000B' } });
    expect(label?.stop).toBeUndefined();
  });

  it('keeps a label that holds colons and tells no start without a file', () => {
    const place = 'START WAL LOCATION: 0/2000028 (file 000000010000000000000002)';
    expect(parseBackupLabel(`${place}\r\nLABEL: weekly: a: b`)?.label).toBe('weekly: a: b');
    expect(parseBackupLabel('START WAL LOCATION: 0/2000028')).toBeUndefined();
    expect(parseBackupLabel('LABEL: x')).toBeUndefined();
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseBackupLabel(text)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);
});
