import { describe, expect, it } from 'vitest';
import { planBuckets } from '../../../local/plan-buckets.ts';
import { readPlan } from '../../support/plan-text.ts';

describe('planBuckets', () => {
  it('names locations, copies and replication targets once, and who keeps versions', () => {
    const { plan } = readPlan(`
plan: test
backups:
  one: { kind: pg-dump, location: "s3://main/one/", copies: ["s3://away/one/"] }
  two: { kind: files, location: "s3://main/two/", versioning: true, replication: "s3://twin/" }
  rds: { kind: rds-snapshot, source: db }
`);
    expect(planBuckets(plan)).toEqual([
      { name: 'main', versioning: true },
      { name: 'away', versioning: false },
      { name: 'twin', versioning: false },
    ]);
  });
});
