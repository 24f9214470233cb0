import { describe, expect, it } from 'vitest';
import { decideStanding } from '../../../../functions/verify-backup/decide-standing.ts';
import { makeReport } from '../../../../functions/verify-backup/make-report.ts';
import { storedBackup } from '../../../support/backup-policies.ts';

const backup = storedBackup();
const target = { bucket: 'backups', key: 'db/full/2026-01-02.sql' };
const object = {
  ...target,
  etag: '"e1"',
  size: 10,
  lastModified: new Date('2026-01-02T02:00:00Z'),
  storageClass: 'STANDARD',
  archived: false,
};
const problem = (verdict: 'fail' | 'unknown', reason: string) => ({
  ...target,
  backup: backup.name,
  since: '2026-01-02T02:05:00.000Z',
  lastModified: object.lastModified.toISOString(),
  etag: object.etag,
  report: makeReport({
    target,
    backup,
    judgement: {
      verdict,
      reason,
      finding: 'is broken',
      action: '',
      ...(verdict === 'fail' && { severity: 'critical' as const }),
    },
    region: 'us-east-1',
    stage: 'prod',
    now: new Date('2026-01-02T02:05:00Z'),
    nextCheckBy: new Date('2026-01-02T02:35:00Z'),
  }),
});
const contentsProblem = {
  ...problem('fail', 'shrunk'),
  report: { ...problem('fail', 'shrunk').report, severity: 'warning' as const },
  series: 's3://backups/db/full/#.sql',
};
const newer = {
  key: 'db/full/2026-01-03.sql',
  lastModified: '2026-01-03T02:00:00.000Z',
  plainBytes: 1,
};
const older = { ...newer, lastModified: '2026-01-01T02:00:00.000Z' };

describe('a problem that was found before', () => {
  it.each([
    [
      'stands',
      problem('fail', 'truncated'),
      { backup, object, verified: undefined },
      { decision: 'stands', severity: 'critical' },
    ],
    [
      'stands behind an older good one',
      problem('fail', 'truncated'),
      { backup, object, verified: older },
      { decision: 'stands', severity: 'critical' },
    ],
    [
      'is quieter behind a newer good one',
      problem('fail', 'truncated'),
      { backup, object, verified: newer },
      { decision: 'stands', severity: 'warning' },
    ],
    [
      'is as loud behind a newer good one that may be of something else',
      { ...problem('fail', 'truncated'), key: 'db/full/tenant1.sql' },
      { backup, object, verified: { ...newer, key: 'db/full/tenant2.sql' } },
      { decision: 'stands', severity: 'critical' },
    ],
    [
      'is as loud behind one that was made beside it, and may be of another tenant',
      { ...problem('fail', 'truncated'), key: 'db/full/backup-20260102-9001.sql' },
      {
        backup,
        object,
        verified: {
          ...newer,
          key: 'db/full/backup-20260102-9002.sql',
          lastModified: '2026-01-02T02:10:00.000Z',
        },
      },
      { decision: 'stands', severity: 'critical' },
    ],
    [
      'is quieter behind the next of a name with a part that is random',
      { ...problem('fail', 'truncated'), key: 'db/full/shop-20260102-3f2a9c1.sql' },
      { backup, object, verified: { ...newer, key: 'db/full/shop-20260103-9b1d0e4.sql' } },
      { decision: 'stands', severity: 'warning' },
    ],
    [
      'is said again, and not read, where another try would not help',
      { ...problem('unknown', 'archived'), isLasting: true },
      { backup, object, verified: undefined },
      { decision: 'stands' },
    ],
    [
      'is gone with its object',
      problem('fail', 'truncated'),
      { backup, object: undefined, verified: undefined },
      { decision: 'gone', reason: 'deleted' },
    ],
    [
      'is gone where its folder is judged as one',
      problem('fail', 'corrupt'),
      { backup, object, verified: undefined, isPart: true },
      { decision: 'gone', reason: 'superseded' },
    ],
    [
      'is gone when the plan promises it no more',
      problem('fail', 'truncated'),
      { backup: undefined, object, verified: undefined },
      { decision: 'gone', reason: 'not-promised' },
    ],
    [
      'is read again when somebody wrote it anew',
      problem('fail', 'truncated'),
      { backup, object: { ...object, etag: '"e2"' }, verified: undefined },
      { decision: 'read-again' },
    ],
    [
      'is read again when nobody could look',
      problem('unknown', 'timeout'),
      { backup, object, verified: newer },
      { decision: 'read-again' },
    ],
    [
      'of a smaller size ends with the next good one',
      contentsProblem,
      { backup, object, verified: newer },
      { decision: 'gone', reason: 'superseded' },
    ],
    [
      'of a smaller size stands until then',
      contentsProblem,
      { backup, object, verified: undefined },
      { decision: 'stands', severity: 'warning' },
    ],
    [
      'of a smaller size stands behind an older good one',
      contentsProblem,
      { backup, object, verified: older },
      { decision: 'stands', severity: 'warning' },
    ],
    [
      'of a smaller size is gone when its object was written anew',
      contentsProblem,
      { backup, object: { ...object, etag: '"e2"' }, verified: undefined },
      { decision: 'gone', reason: 'superseded' },
    ],
  ] as const)('%s', (_, found, facts, expected) => {
    expect(decideStanding(found, facts)).toMatchObject(expected);
  });
});
