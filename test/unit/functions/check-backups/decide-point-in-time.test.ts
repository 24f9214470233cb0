import { describe, expect, it } from 'vitest';
import {
  decidePointInTime,
  type PointInTime,
} from '../../../../functions/check-backups/decide-point-in-time.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const policy = {
  name: 'pitr',
  source: 'prod',
  severity: 'critical',
  retain: { kind: 'age', seconds: 7 * 86_400 },
  fresh: { withinSeconds: 900, severity: 'warning', criticalAfterSeconds: 3_600, stated: true },
} as const;
const found = (changes: Partial<PointInTime> = {}): PointInTime => ({
  status: 'available',
  retentionDays: 7,
  latestRestorable: new Date(NOW.getTime() - 300_000),
  encrypted: true,
  ...changes,
});
const ago = (seconds: number) => ({ latestRestorable: new Date(NOW.getTime() - seconds * 1_000) });

describe('decidePointInTime', () => {
  it.each([
    ['all is well', found(), 'pass', 'restorable', undefined],
    ['more is kept than promised', found({ retentionDays: 35 }), 'pass', 'restorable', undefined],
    [
      'less is kept than promised',
      found({ retentionDays: 1 }),
      'fail',
      'retention-too-short',
      'critical',
    ],
    ['backups are off', found({ retentionDays: 0 }), 'fail', 'disabled', 'critical'],
    ['it is late', found(ago(901)), 'fail', 'stale', 'warning'],
    ['it is very late', found(ago(3_601)), 'fail', 'stale', 'critical'],
    [
      'there is no moment yet',
      found({ latestRestorable: undefined }),
      'fail',
      'missing',
      'critical',
    ],
    ['there is no instance', undefined, 'fail', 'missing', 'critical'],
  ] as const)('where %s', (_, instance, verdict, reason, severity) => {
    const outcome = decidePointInTime(policy, instance, NOW);
    expect(outcome).toMatchObject({ verdict, reason });
    expect(Reflect.get(outcome, 'severity')).toBe(severity);
    expect(outcome.summary).toMatch(/^pitr: .*prod/);
  });

  it('says everything that is wrong', () => {
    const { summary } = decidePointInTime(policy, found({ retentionDays: 1, ...ago(1_200) }), NOW);
    expect(summary).toBe(
      'pitr: prod: 1 days are kept, the plan says 7; the latest moment that can be restored is 20m ago, the plan allows 15m',
    );
  });
});
