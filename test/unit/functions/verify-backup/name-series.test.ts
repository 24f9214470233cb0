import { describe, expect, it } from 'vitest';
import { nameSeries } from '../../../../functions/verify-backup/name-series.ts';
import { seriesOf } from '../../../../functions/verify-backup/series.ts';

describe('the series of a name', () => {
  it.each([
    // What a machine adds right behind the date: a commit, a process, a pod, something random.
    ['shop-20261121-3f2a9c1.dump', 'shop-20261122-9b1d0e4.dump'],
    ['shop-20261121-3f2a9c1.dump', 'shop-20261122-4918273.dump'],
    ['shop-20261121-3f2a9c1.dump', 'shop-20261122-12ab34c.dump'],
    ['shop-20261121-0200-3f2a9c1.dump', 'shop-20261122-0200-12ab34c.dump'],
    ['shop-20261121T02Z-3f2a9c1.dump', 'shop-20261122T02Z-9b1d0e4.dump'],
    [
      'shop_2026-11-21T02-00-00Z_7c9e6679f1a2b3c4d5e60718293a4b5c6d7e8f90.dump',
      'shop_2026-11-22T02-00-00Z_0a9e6679f1a2b3c4d5e60718293a4b5c6d7e8f9b.dump',
    ],
    [
      'shop-20261121-550e8400-e29b-41d4-a716-446655440000.dump',
      'shop-20261122-c3d1f0aa-0b1c-4e2d-9f3a-5b6c7d8e9fab.dump',
    ],
    ['a-1795226400-4711.dump', 'a-1795312800-4712.dump'],
    ['shop-2026-11-21-pid4711.sql', 'shop-2026-11-22-pid815.sql'],
    ['shop-2026-11-21_build-87.sql', 'shop-2026-11-22_build-102.sql'],
    ['pgdump-28371120-x7k2p.sql.gz', 'pgdump-28372560-bcdfg.sql.gz'],
    ['pgdump-28371120-x7k2p-20231211.sql.gz', 'pgdump-28372560-q8zzv-20231212.sql.gz'],
    ['shop-20261121-x7k2p.sql.gz', 'shop-20261122-4zq8v.sql.gz'],
    ['20261121-3f2a9c1.dump', '20261122-9b1d0e4.dump'],
    // The five plans.
    ['mailblast-full-20261121-020000.sql.gz', 'mailblast-full-20261122-020001.sql.gz'],
    ['backup_20261121_020000.sql.gz', 'backup_20261122_020000.sql.gz'],
    ['20261121_020000/database.dump', '20261122_020000/database.dump'],
    ['postgres/backup-2024-01-15.sql.gz', 'postgres/backup-2024-01-16.sql.gz'],
    // Other usual ones.
    ['db/shop1-20261121.dump', 'db/shop1-20261122.dump'],
    ['db/1.sql', 'db/12.sql'],
    ['2026/11/21/shop.dump', '2026/11/22/shop.dump'],
    ['tenant1001-2026-11-21.sql.gz', 'tenant1001-2026-11-22.sql.gz'],
    ['tenant-1001-2026-11-21.sql.gz', 'tenant-1001-2026-11-22.sql.gz'],
    ['db_prod-2026-11-21T02-00-00Z.dump', 'db_prod-2026-11-22T02-00-00Z.dump'],
    ['backup-1732154400.sql.gz', 'backup-1732240800.sql.gz'],
    ['mailblast_2026-11-21_0200.sql.gz.enc', 'mailblast_2026-11-22_0200.sql.gz.enc'],
    ['web01-pgdump-20261121.sql.gz', 'web01-pgdump-20261122.sql.gz'],
    ['base_000000010000000000000042.tar', 'base_00000001000000000000004A.tar'],
    ['20261121-020000F/base.tar', '20261128-020000F/base.tar'],
    ['2026/11/shop-20261130.dump', '2026/12/shop-20261201.dump'],
    ['2026-12/shop-20261231.dump', '2027-01/shop-20270101.dump'],
    ['year=2026/month=11/day=30/shop-20261130.dump', 'year=2026/month=12/day=1/shop-20261201.dump'],
    ['shop_2026-11-21_02h00m.Saturday.sql.gz', 'shop_2026-11-22_02h00m.Sunday.sql.gz'],
    ['shop-2026-11-21-Sat.dump', 'shop-2026-11-23-Mon.dump'],
    ['shop_week.47.2026-11-21_02h00m.sql.gz', 'shop_week.48.2026-11-28_02h00m.sql.gz'],
  ])('%s and %s are one', (a, b) => {
    expect(nameSeries(b)).toBe(nameSeries(a));
  });

  it.each([
    // What somebody named: a number, an identifier or a word of a tenant, of a machine, of a part.
    ['tenant1001-2026-11-21.sql.gz', 'tenant1002-2026-11-21.sql.gz'],
    ['tenant-1001-2026-11-21.sql.gz', 'tenant-1002-2026-11-21.sql.gz'],
    ['1001/shop-2026-11-21.sql.gz', '1002/shop-2026-11-21.sql.gz'],
    ['2026-11-21/4711.sql.gz', '2026-11-21/4712.sql.gz'],
    ['2026-11-21/tenant1001.sql.gz', '2026-11-21/tenant1002.sql.gz'],
    ['2026-11-21_tenant1001.sql.gz', '2026-11-21_tenant1002.sql.gz'],
    ['2026-11-21-tenant-1001.sql.gz', '2026-11-21-tenant-1002.sql.gz'],
    ['backup-20261121-db10001.sql.gz', 'backup-20261121-db10002.sql.gz'],
    ['web01-pgdump-20261121.sql.gz', 'web02-pgdump-20261121.sql.gz'],
    ['20261121-srv24.sql.gz', '20261121-srv25.sql.gz'],
    [
      't-550e8400-e29b-41d4-a716-446655440000-20261121.sql',
      't-c3d1f0aa-0b1c-4e2d-9f3a-5b6c7d8e9fab-20261121.sql',
    ],
    [
      '20261121-550e8400-e29b-41d4-a716-446655440000.sql',
      '20261121-c3d1f0aa-0b1c-4e2d-9f3a-5b6c7d8e9fab.sql',
    ],
    ['i-0abc12def34567890-20261121.dump', 'i-0abc12def34567891-20261121.dump'],
    ['shop-20261121-pgsql.dump', 'shop-20261121-crmdb.dump'],
    ['shop-20261121-part1.dump', 'shop-20261121-part2.dump'],
    ['shop-20261121-1.dump', 'shop-20261121-2.dump'],
    ['pgdump-28371120-x7k2p-shop.sql.gz', 'pgdump-28371120-x7k2p-crm.sql.gz'],
    ['db/shop1-20261121.dump', 'db/shop2-20261121.dump'],
    ['2026/11/21/shop.dump', '2026/11/21/crm.dump'],
    ['sun-20261121.dump', 'mon-20261121.dump'],
    ['daily/shop-20261121.dump', 'weekly/shop-20261121.dump'],
    [
      'base_000000010000000000000042.tar',
      'base_000000010000000000000044_D_000000010000000000000042.tar',
    ],
  ])('%s and %s are two', (a, b) => {
    expect(nameSeries(b)).not.toBe(nameSeries(a));
  });

  it('of a copy is another than that of its original', () => {
    const key = 'db/shop.dump';
    expect(seriesOf({ bucket: 'a', key })).not.toBe(seriesOf({ bucket: 'b', key }));
  });

  it('of names without a date that are written over is each name by itself', () => {
    expect(seriesOf({ bucket: 'b', key: 'tenant1.dump' })).toBe('s3://b/tenant#.dump');
    expect(seriesOf({ bucket: 'b', key: 'tenant1.dump' }, true)).toBe('s3://b/tenant1.dump');
    expect(seriesOf({ bucket: 'b', key: 'shop-20261121.dump' }, true)).toBe('s3://b/shop-#.dump');
  });
});
