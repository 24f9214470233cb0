import { describe, expect, it } from 'vitest';
import {
  decideSnapshotCopy,
  decideSnapshotEncryption,
  newestReady,
  type Snapshot,
} from '../../../../functions/check-backups/decide-snapshot.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const HOUR = 3_600;
const snapshot = (hours: number, changes: Partial<Snapshot> = {}): Snapshot => ({
  id: `snap-${hours}`,
  ready: true,
  state: 'available',
  at: new Date(NOW.getTime() - hours * HOUR * 1_000),
  encrypted: true,
  ...changes,
});
const policy = {
  name: 'rds',
  severity: 'critical',
  source: 'prod',
  schedule: { text: 'daily', trigger: 'clock' },
  fresh: {
    withinSeconds: 26 * HOUR,
    severity: 'warning',
    criticalAfterSeconds: 50 * HOUR,
    stated: true,
  },
} as const;

describe('newestReady', () => {
  it('takes no snapshot that cannot be restored yet', () => {
    const unready = snapshot(1, { ready: false, state: 'creating' });
    expect(newestReady([snapshot(9), unready, snapshot(3), snapshot(5)])?.id).toBe('snap-3');
    expect(newestReady([unready])).toBeUndefined();
  });
});

describe('decideSnapshotEncryption', () => {
  it.each([
    [true, 'pass'],
    [false, 'fail'],
  ])('%s is %s', (encrypted, verdict) => {
    expect(decideSnapshotEncryption(policy, snapshot(1, { encrypted }))).toMatchObject({ verdict });
  });
});

describe('decideSnapshotCopy', () => {
  it.each([
    ['a young one', [snapshot(3)], 'pass', 'copied', undefined],
    ['none', [], 'fail', 'missing', 'critical'],
    ['one that is being made', [snapshot(1, { ready: false })], 'fail', 'missing', 'critical'],
    ['an old one', [snapshot(27)], 'fail', 'stale', 'warning'],
    ['a very old one', [snapshot(51)], 'fail', 'stale', 'critical'],
    [
      'a young copy of old data',
      [snapshot(1, { dataAt: snapshot(30).at })],
      'fail',
      'stale',
      'warning',
    ],
  ] as const)('judges %s', (_, copies, verdict, reason, severity) => {
    const outcome = decideSnapshotCopy(policy, 'us-west-2', copies, NOW);
    expect(outcome).toMatchObject({ verdict, reason });
    expect(Reflect.get(outcome, 'severity')).toBe(severity);
    expect(outcome.summary).toContain('us-west-2');
  });

  it('promises nothing of what is taken on demand', () => {
    const schedule = { text: 'on-demand', trigger: 'on-demand' } as const;
    expect(decideSnapshotCopy({ ...policy, schedule }, 'us-west-2', [], NOW).verdict).toBe('pass');
  });
});
