import { describe, expect, it } from 'vitest';
import { checkReportSchema } from '../../../../events/check-reported/v1.ts';
import { readSample } from '../../../support/samples.ts';

const report = Object(readSample('check-reported/v1', 'wal-gap').data);
const issuesOf = (change: Record<string, unknown>): string[] =>
  checkReportSchema
    .safeParse({ ...report, ...change })
    .error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('checkReportSchema', () => {
  it.each([
    ['fail', 'critical', []],
    ['fail', 'warning', []],
    ['fail', undefined, ['severity']],
    ['pass', undefined, []],
    ['pass', 'warning', ['severity']],
    ['unknown', undefined, []],
    ['unknown', 'critical', ['severity']],
  ])('a %s of severity %s has the faults %j', (verdict, severity, faults) => {
    expect(issuesOf({ verdict, severity })).toEqual(faults);
  });

  it.each([
    [{ check: 'WAL' }, 'check'],
    [{ reason: '' }, 'reason'],
    [{ summary: '' }, 'summary'],
    [{ summary: 'x'.repeat(1025) }, 'summary'],
    [{ subject: { kind: 'backup', id: '', region: 'us-east-1' } }, 'subject.id'],
    [{ measurements: [{ name: 'age', value: 'old', unit: 'seconds' }] }, 'measurements.0.value'],
    [{ evidence: [{ uri: 's3://b/k', sha256: 'ABC' }] }, 'evidence.0.sha256'],
    [{ checkedAt: 'now' }, 'checkedAt'],
    [{ nextCheckBy: undefined }, 'nextCheckBy'],
    [{ controls: [1] }, 'controls.0'],
    [{ observed: () => 1 }, 'observed'],
  ])('refuses %j', (change, path) => {
    expect(issuesOf(change)).toEqual([path]);
  });

  it('takes any JSON as what was expected and observed', () => {
    expect(issuesOf({ expected: null, observed: [1, { a: 'b' }] })).toEqual([]);
  });
});
