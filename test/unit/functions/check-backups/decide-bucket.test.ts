import { describe, expect, it } from 'vitest';
import {
  decideReplication,
  decideVersioning,
  type ReplicationRule,
} from '../../../../functions/check-backups/decide-bucket.ts';

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
