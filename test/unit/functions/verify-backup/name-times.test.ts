import { describe, expect, it } from 'vitest';
import { nameSeries, nameTimes } from '../../../../functions/verify-backup/name-times.ts';
import { seriesOf } from '../../../../functions/verify-backup/series.ts';

const iso = (name: string): string[] => nameTimes(name).map((time) => new Date(time).toISOString());

describe('the times that a name speaks of', () => {
  it.each([
    ['mailblast-full-20261121-020000.sql.gz', '2026-11-21T02:00:00.000Z'],
    ['backup_20251128_020000.sql.gz', '2025-11-28T02:00:00.000Z'],
    ['20260302_020000/database.dump', '2026-03-02T02:00:00.000Z'],
    ['backup-2024-01-15.sql.gz', '2024-01-15T00:00:00.000Z'],
    ['20261121T020000Z.dump', '2026-11-21T02:00:00.000Z'],
    ['20261121-0200.dump', '2026-11-21T02:00:00.000Z'],
    ['20261121020000.sql', '2026-11-21T02:00:00.000Z'],
    ['shop-2026112102.dump', '2026-11-21T02:00:00.000Z'],
    ['2026/11/21/0200.dump', '2026-11-21T02:00:00.000Z'],
    ['shop-2026-11-21T02:00:00.123+02:00.sql', '2026-11-21T02:00:00.000Z'],
    ['v15-2026_11_21-02_00_00-pid12345.sql', '2026-11-21T02:00:00.000Z'],
    ['shop-1795226400.dump', '2026-11-21T02:00:00.000Z'],
    ['shop-1795226400123.dump', '2026-11-21T02:00:00.000Z'],
  ])('%s', (name, time) => {
    expect(iso(name)).toEqual([time]);
  });

  it.each([
    'latest.dump',
    '1.sql',
    'x2026-13-01',
    '20269999.sql',
    '2026-w47.sql',
    '12345678901234',
  ])('%s speaks of none', (name) => {
    expect(iso(name)).toEqual([]);
  });

  it('takes no longer over a name made to last', () => {
    const started = performance.now();
    nameTimes('2026-11-21T02:00'.repeat(2_000).replaceAll('Z', ''));
    nameSeries('2'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('the series of a name', () => {
  it.each([
    ['db/shop1-20261121.dump', 'db/shop1-20261122.dump', true],
    ['db/shop1-20261121.dump', 'db/shop2-20261121.dump', false],
    ['db/1.sql', 'db/12.sql', true],
    ['2026/11/21/shop.dump', '2026/11/22/shop.dump', true],
    ['2026/11/21/shop.dump', '2026/11/22/crm.dump', false],
    ['a-1795226400-4711.dump', 'a-1795312800-4712.dump', true],
  ])('%s and %s: one: %s', (a, b, isOne) => {
    expect(nameSeries(a) === nameSeries(b)).toBe(isOne);
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
