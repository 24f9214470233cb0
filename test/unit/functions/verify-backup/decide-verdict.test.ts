import { describe, expect, it } from 'vitest';
import {
  decideVerdict,
  formatBytes,
  type Reading,
} from '../../../../functions/verify-backup/decide-verdict.ts';
import { storedBackup } from '../../../support/backup-policies.ts';

const walked = (plainBytes: number): Reading => ({
  ended: 'walked',
  walk: {
    bytes: 100,
    sha256: 'a'.repeat(64),
    plainBytes,
    layers: ['openssl aes-256-cbc (evp-sha256)', 'gzip'],
    format: 'pg-dump plain',
    serverVersion: '15.18',
  },
});
const previous = (plainBytes: number) => ({
  key: 'db/full/before',
  lastModified: '2026-01-01T00:00:00.000Z',
  plainBytes,
});

describe('the verdict over a backup', () => {
  it('that was walked to its end is pass, in words', () => {
    expect(decideVerdict(storedBackup(), walked(604_000_000), undefined)).toEqual({
      verdict: 'pass',
      reason: 'verified',
      finding:
        'decrypts and decompresses; it is a complete pg-dump plain dump of PostgreSQL 15.18, 604.0 MB',
      action: '',
    });
  });

  it.each([
    [51, 'pass'],
    [50, 'fail'],
    [1, 'fail'],
    [100, 'pass'],
    [500, 'pass'],
  ])('of %i bytes after one of 100 is %s', (bytes, verdict) => {
    const judgement = decideVerdict(storedBackup(), walked(bytes), previous(100));
    expect(judgement.verdict).toBe(verdict);
    if (verdict === 'fail')
      expect(judgement).toMatchObject({ reason: 'shrunk', severity: 'warning' });
  });

  it('follows the percentage of the plan', () => {
    const backup = storedBackup({ shrinkWarningPercent: 10 });
    expect(decideVerdict(backup, walked(89), previous(100)).verdict).toBe('fail');
    expect(decideVerdict(backup, walked(91), previous(100)).verdict).toBe('pass');
  });

  it('of files is not judged by its size', () => {
    const files = storedBackup({ kind: 'files' });
    expect(decideVerdict(files, walked(1), previous(100)).verdict).toBe('pass');
  });

  it('that is damaged is a fail as loud as the plan says', () => {
    const reading: Reading = { ended: 'damaged', damage: 'truncated', detail: 'ends early' };
    expect(decideVerdict(storedBackup({ severity: 'warning' }), reading, undefined)).toMatchObject({
      verdict: 'fail',
      reason: 'truncated',
      severity: 'warning',
    });
  });

  it('that nobody could see is unknown, never pass, whatever came before', () => {
    const reading: Reading = {
      ended: 'not-seen',
      reason: 'timeout',
      detail: 'x',
      action: 'y',
      retry: true,
    };
    const judgement = decideVerdict(storedBackup(), reading, previous(100));
    expect(judgement).toEqual({ verdict: 'unknown', reason: 'timeout', finding: 'x', action: 'y' });
  });
});

describe('bytes in words', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [604_000_000, '604.0 MB'],
    [1e12, '1.0 TB'],
    [5e16, '50000.0 TB'],
  ])('%i is %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });
});
