import { describe, expect, it } from 'vitest';
import {
  decideLifecycle,
  decideReplication,
  decideVersioning,
  type LifecycleRule,
  type ReplicationRule,
} from '../../../../functions/check-backups/decide-bucket.ts';

const DAY = 86_400;
const location = { bucket: 'backups', prefix: 'db/full/' };

describe('decideVersioning', () => {
  it.each([
    ['Enabled', 'pass', 'enabled'],
    ['Suspended', 'fail', 'suspended'],
    [undefined, 'fail', 'off'],
  ])('%s is %s', (status, verdict, reason) => {
    expect(decideVersioning('db', 'backups', status)).toMatchObject({ verdict, reason });
  });
});

describe('decideLifecycle', () => {
  const rule = (changes: Partial<LifecycleRule> = {}): LifecycleRule => ({
    id: 'expire',
    enabled: true,
    prefix: '',
    partial: false,
    expireDays: 30,
    ...changes,
  });
  const judge = (rules: LifecycleRule[], expire = 30, noncurrent?: number) =>
    decideLifecycle(
      {
        name: 'db',
        location,
        severity: 'critical',
        lifecycle: {
          expireAfterSeconds: expire * DAY,
          ...(noncurrent && { noncurrentExpireAfterSeconds: noncurrent * DAY }),
        },
      },
      rules,
    );

  it.each([
    ['the whole bucket', [rule()], 'pass', 'as-planned'],
    ['the folder itself', [rule({ prefix: 'db/full/' })], 'pass', 'as-planned'],
    ['a folder above', [rule({ prefix: 'db/' })], 'pass', 'as-planned'],
    ['another folder', [rule({ prefix: 'db/wal/' })], 'fail', 'expiry-missing'],
    ['a part of the folder', [rule({ prefix: 'db/full/2026' })], 'fail', 'expiry-missing'],
    ['objects with a tag', [rule({ partial: true })], 'fail', 'expiry-missing'],
    ['nothing, being disabled', [rule({ enabled: false })], 'fail', 'expiry-missing'],
    ['nothing', [], 'fail', 'expiry-missing'],
    ['fewer days', [rule({ expireDays: 7 })], 'fail', 'expiry-too-early'],
    ['more days', [rule({ expireDays: 60 })], 'fail', 'expiry-too-late'],
    [
      'two terms, of which S3 takes the shorter',
      [rule(), rule({ expireDays: 7 })],
      'fail',
      'expiry-too-early',
    ],
  ])('judges a rule over %s', (_, rules, verdict, reason) => {
    expect(judge(rules)).toMatchObject({ verdict, reason });
  });

  it('is loud only where backups go too early', () => {
    expect(judge([rule({ expireDays: 7 })])).toMatchObject({ severity: 'critical' });
    expect(judge([rule({ expireDays: 60 })])).toMatchObject({ severity: 'warning' });
    expect(judge([])).toMatchObject({ severity: 'warning' });
  });

  it('judges versions apart, and says both', () => {
    const rules = [rule({ noncurrentDays: 90 })];
    expect(judge(rules, 30, 90).verdict).toBe('pass');
    const outcome = judge([rule({ expireDays: 60 })], 30, 90);
    expect(outcome.summary).toBe(
      'db: in backups/db/full/ objects expire after 60 days, the plan says 30 days; no lifecycle rule makes noncurrent versions expire after 90 days',
    );
  });
});

describe('decideReplication', () => {
  const rule = (changes: Partial<ReplicationRule> = {}): ReplicationRule => ({
    id: 'dr',
    enabled: true,
    prefix: '',
    partial: false,
    bucket: 'backups-dr',
    ...changes,
  });
  const target = { bucket: 'backups-dr', prefix: '' };

  it.each([
    ['to the bucket of the plan', [rule()], 'pass', 'enabled'],
    ['beside another', [rule({ bucket: 'else' }), rule()], 'pass', 'enabled'],
    ['to another bucket', [rule({ bucket: 'else' })], 'fail', 'wrong-destination'],
    ['of another folder', [rule({ prefix: 'db/wal/' })], 'fail', 'missing'],
    ['that is disabled', [rule({ enabled: false })], 'fail', 'disabled'],
    ['of some tags', [rule({ partial: true })], 'fail', 'partial'],
    ['that is not there', [], 'fail', 'missing'],
  ])('judges a rule %s', (_, rules, verdict, reason) => {
    const policy = { name: 'db', location, severity: 'critical' } as const;
    expect(decideReplication(policy, target, rules)).toMatchObject({ verdict, reason });
  });
});
