import { describe, expect, it } from 'vitest';
import { nameSeries } from '../../../../functions/verify-backup/name-series.ts';
import { nameTimes } from '../../../../functions/verify-backup/name-times.ts';

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
    ['pgdump-29920440-x7k2p.sql.gz', '2026-11-21T02:00:00.000Z'],
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
    'shop-29920440.sql',
  ])('%s speaks of none', (name) => {
    expect(iso(name)).toEqual([]);
  });

  it('takes no longer over a name made to last', () => {
    const started = performance.now();
    nameTimes('2026-11-21T02:00'.repeat(2_000).replaceAll('Z', ''));
    nameSeries('2'.repeat(100_000));
    nameSeries(`20261121${'-1a2b3c4d'.repeat(20_000)}_`);
    nameSeries('20261121-'.repeat(20_000));
    nameSeries('28371120-x7k2p'.repeat(10_000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
