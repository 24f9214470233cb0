import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CheckReport, checkReportedSchema } from '../../../../events/check-reported/v1.ts';
import { plantedFaults, webhookFaults } from '../../../../local/demo/faults.ts';
import { isSuccess, judgeRun } from '../../../../local/demo/judge-run.ts';

const sample = new URL(
  '../../../../events/check-reported/v1.samples/wal-gap.json',
  import.meta.url,
);
const gap = checkReportedSchema.parse(JSON.parse(readFileSync(sample, 'utf8'))).data;
const report = (changes: Partial<CheckReport>): CheckReport => ({ ...gap, ...changes });
const subject = (kind: string, id: string) => ({ kind, id, region: 'us-east-1' });

const faults = plantedFaults({
  truncatedKey: 'full/cut.sql.gz',
  wrongPassphraseKey: 'full/other-key.sql.gz',
  missingSegment: '0000000100000000000000A7',
  keyWithoutCopy: 'alone.sql.gz',
});
const broken = (id: string, reason: string) =>
  report({ check: 'backup-integrity', subject: subject('object', id), reason });
const all = [
  broken('s3://backups/full/cut.sql.gz', 'truncated'),
  broken('s3://backups/full/other-key.sql.gz', 'wrong-key'),
  gap,
  report({
    check: 'backup-freshness',
    subject: subject('backup', 'schema'),
    reason: 'stale',
    severity: 'warning',
  }),
  report({
    check: 'backup-copy',
    subject: subject('backup', 'database-full@s3://backups-dr/'),
    summary: 'database-full: 1 of 2 copies are missing: alone.sql.gz',
    severity: 'warning',
  }),
];
const routes = { critical: ['email', 'slack', 'pagerduty'], warning: ['email', 'slack'] };
const everybody = (): string[] => ['email', 'slack', 'pagerduty'];

describe('the verdict over the demo', () => {
  it('is success when every fault was found and told', () => {
    expect(isSuccess(judgeRun(all, faults, everybody, routes))).toBe(true);
  });

  it.each(all.map((one, index) => [faults[index]?.name ?? '', one] as const))(
    'is failure without: %s',
    (name, missing) => {
      const run = judgeRun(
        all.filter((one) => one !== missing),
        faults,
        everybody,
        routes,
      );
      expect(run.missed.map((fault) => fault.name)).toEqual([name]);
      expect(isSuccess(run)).toBe(false);
    },
  );

  it('is failure when something healthy is accused', () => {
    const innocent = broken('s3://backups/full/good.sql.gz', 'truncated');
    const run = judgeRun([...all, innocent], faults, everybody, routes);
    expect(run.accused).toEqual([innocent]);
    expect(isSuccess(run)).toBe(false);
  });

  it('is failure when a fault is found for another reason', () => {
    const [, ...rest] = all;
    const run = judgeRun(
      [broken('s3://backups/full/cut.sql.gz', 'wrong-key'), ...rest],
      faults,
      everybody,
      routes,
    );
    expect(run.missed).toHaveLength(1);
    expect(run.accused).toHaveLength(1);
  });

  it('is failure when somebody was not told', () => {
    expect(isSuccess(judgeRun(all, faults, () => ['email', 'slack'], routes))).toBe(false);
  });

  it('counts no pass as found', () => {
    const healed = all.map((one) => report({ ...one, verdict: 'pass', severity: undefined }));
    expect(judgeRun(healed, faults, everybody, routes).found).toEqual([]);
  });

  it('knows what befell the webhook', () => {
    const { outage, forgery } = webhookFaults('ses-events');
    const depth = report({
      check: 'dead-letters-depth',
      subject: subject('webhook', 'ses-events'),
      severity: 'warning',
    });
    const forged = report({
      check: 'webhook-confirmation',
      subject: subject('webhook', 'ses-events'),
      reason: 'forged',
      severity: 'warning',
    });
    const refused = report({ ...forged, reason: 'token-expired' });
    const aside = report({
      check: 'own-dead-letters',
      subject: subject('stage', 'local'),
      severity: 'warning',
      summary: '1 message lies in lifeboat-local-confirm-subscription-dead-letters',
    });
    const run = judgeRun([depth, forged, aside], [outage, forgery], everybody, routes);
    expect(isSuccess(run)).toBe(true);
    expect(judgeRun([depth, refused], [outage, forgery], everybody, routes)).toMatchObject({
      missed: [forgery],
      accused: [refused],
    });
  });
});
