import { describe, expect, it } from 'vitest';
import { countOf } from '../../../../functions/verify-backup/count-of.ts';
import { decideVerdict, type Reading } from '../../../../functions/verify-backup/decide-verdict.ts';
import { formatBytes } from '../../../../functions/verify-backup/format-bytes.ts';
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
describe('the verdict over a backup', () => {
  it('counts one table as one', () => {
    expect([0, 1, 2].map((count) => countOf(count, 'table'))).toEqual([
      '0 tables',
      '1 table',
      '2 tables',
    ]);
  });

  it('that was walked to its end is pass, in words', () => {
    expect(decideVerdict(storedBackup(), walked(604_000_000))).toEqual({
      verdict: 'pass',
      reason: 'verified',
      finding:
        'decrypts and decompresses; it is a complete pg-dump plain dump of PostgreSQL 15.18, 604.0 MB',
      action: '',
    });
  });

  it('that is damaged is a fail as loud as the plan says', () => {
    const reading: Reading = { ended: 'damaged', damage: 'truncated', detail: 'ends early' };
    expect(decideVerdict(storedBackup({ severity: 'warning' }), reading)).toMatchObject({
      verdict: 'fail',
      reason: 'truncated',
      severity: 'warning',
    });
  });

  it('that nobody could see is unknown, never pass', () => {
    const reading: Reading = {
      ended: 'not-seen',
      reason: 'timeout',
      detail: 'x',
      action: 'y',
      retry: true,
    };
    const judgement = decideVerdict(storedBackup(), reading);
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
