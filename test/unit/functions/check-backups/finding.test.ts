import { describe, expect, it } from 'vitest';
import { checkReportSchema } from '../../../../events/check-reported/v1.ts';
import { couldNotLook, findingOf, reportOf } from '../../../../functions/check-backups/finding.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const policy = { name: 'db', controls: [] };
const trouble = { reason: 'access-denied', message: 'AccessDenied: no' };

describe('reportOf', () => {
  it('keeps the contract, whatever the length of what is said', () => {
    const outcome = couldNotLook('db', 'x'.repeat(2_000), trouble, 's3:ListBucket');
    const finding = findingOf(
      policy,
      'backup-freshness',
      'fresh',
      { region: 'us-east-1' },
      outcome,
    );
    const report = checkReportSchema.parse(reportOf(finding, NOW, 900));
    expect(report).toMatchObject({
      check: 'backup-freshness',
      subject: { kind: 'backup', id: 'db', region: 'us-east-1' },
      promise: 'backups.db.fresh',
      backup: 'db',
      verdict: 'unknown',
      reason: 'access-denied',
      checkedAt: '2026-03-03T04:00:00.000Z',
      nextCheckBy: '2026-03-03T04:30:00.000Z',
    });
    expect(report.summary).toHaveLength(1_024);
    expect(report.action).toContain('s3:ListBucket');
  });

  it('takes the controls of the plan before its own', () => {
    const outcome = couldNotLook('db', 'it', trouble, '');
    const place = { region: 'us-east-1' };
    const own = findingOf(policy, 'backup-encryption', '', place, outcome);
    expect(reportOf(own, NOW, 900)).toMatchObject({ promise: 'backups.db' });
    expect(reportOf(own, NOW, 900).controls).toContain('SOC2:CC6.1');
    const stated = findingOf({ ...policy, controls: ['PCI:9'] }, 'backup-copy', '', place, outcome);
    expect(reportOf(stated, NOW, 900).controls).toEqual(['PCI:9']);
  });
});
