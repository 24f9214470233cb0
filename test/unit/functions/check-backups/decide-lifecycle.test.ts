import { describe, expect, it } from 'vitest';
import {
  decideLifecycle,
  type LifecycleRule,
} from '../../../../functions/check-backups/decide-lifecycle.ts';

const DAY = 86_400;
const location = { bucket: 'backups', prefix: 'db/full/' };

describe('decideLifecycle', () => {
  const rule = (changes: Partial<LifecycleRule> = {}): LifecycleRule => ({
    id: 'expire',
    enabled: true,
    prefix: '',
    partial: false,
    expireDays: 30,
    ...changes,
  });
  const judge = (
    rules: LifecycleRule[],
    expire = 30,
    noncurrent?: number,
    { match, nested = [] }: { match?: string; nested?: string[] } = {},
  ) =>
    decideLifecycle(
      {
        name: 'db',
        location,
        match,
        severity: 'critical',
        lifecycle: {
          expireAfterSeconds: expire * DAY,
          ...(noncurrent && { noncurrentExpireAfterSeconds: noncurrent * DAY }),
        },
      },
      rules,
      nested.map((prefix) => ({ bucket: 'backups', prefix })),
    );

  const short = (changes: Partial<LifecycleRule>) =>
    rule({ id: 'scrub', expireDays: 7, ...changes });

  it.each([
    ['a part of the folder', short({ prefix: 'db/full/2026' }), 'objects below db/full/2026'],
    ['objects with a tag', short({ partial: true }), 'objects of some tags or sizes'],
    [
      'objects of a size in a part',
      short({ prefix: 'db/full/2026', partial: true }),
      'objects of some tags or sizes below db/full/2026',
    ],
  ])('warns about a rule that takes %s too early, by its name', (_, narrow, what) => {
    expect(judge([rule(), narrow])).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'expiry-partly-too-early',
      summary: `db: in backups/db/full/ the rule scrub makes ${what} expire after 7 days, the plan says 30 days`,
    });
  });

  it('looks at noncurrent versions, too', () => {
    const rules = [rule({ noncurrentDays: 90 }), rule({ partial: true, noncurrentDays: 1 })];
    expect(judge(rules, 30, 90).reason).toBe('noncurrent-expiry-partly-too-early');
  });

  it.each([
    ['is disabled', short({ prefix: 'db/full/2026', enabled: false }), {}],
    ['leaves objects longer', rule({ prefix: 'db/full/2026', expireDays: 60 }), {}],
    ['is for another folder', short({ prefix: 'db/wal/', partial: true }), {}],
    ['is for another backup below', short({ prefix: 'db/full/x/' }), { nested: ['db/full/x/'] }],
    ['is for names of no such backup', short({ prefix: 'db/full/logs/' }), { match: 'db-*.gz' }],
    ['says nothing of days', short({ partial: true, expireDays: undefined }), {}],
  ])('leaves alone a narrow rule that %s', (_, narrow, options) => {
    expect(judge([rule(), narrow], 30, undefined, options).verdict).toBe('pass');
  });

  it('warns about one for some of the names of the backup', () => {
    for (const prefix of ['db/full/d', 'db/full/db-2026']) {
      const { verdict } = judge([rule(), short({ prefix })], 30, undefined, { match: 'db-*.gz' });
      expect(verdict).toBe('fail');
    }
  });

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
