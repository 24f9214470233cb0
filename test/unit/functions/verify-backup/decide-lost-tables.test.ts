import { describe, expect, it } from 'vitest';
import type { DumpContents } from '../../../../shared/postgres-archive/dump-contents.ts';
import { contentsInput, dumpOf, type Tables } from '../../../support/dump-contents.ts';
import { day, judge, next, reasons, shop } from '../../../support/judged-contents.ts';

describe('tables that are gone', () => {
  it('are named, with their rows, the largest first', () => {
    expect(judge(next({ 'public.new': 7 }), [shop])[0]).toMatchObject({
      reason: 'tables-vanished',
      severity: 'warning',
      finding:
        'lacks tables that the one before it had: public.orders (5000 rows), public.users (1000 rows)',
    });
  });

  it.each<[string, Tables, Tables]>([
    ['partitions that rotate', { 'public.m_2025_11': 900 }, { 'public.m_2025_12': 800 }],
    ['one partition of several', { m_1: 400, m_2: 400, m_3: 400 }, { m_2: 400, m_3: 400 }],
    ['an empty table', { a: 500, b: 0 }, { a: 500 }],
    ['a table that was renamed', { a: 500, b: 300 }, { a: 500, c: 310 }],
    [
      'a table that moved to another schema',
      { 'public.a': 500, b: 900 },
      { 'shop.a': 200, b: 900 },
    ],
    ['a table that is named to go', { a: 500, tmp_import: 300, a_old: 500 }, { a: 500 }],
    ['a table of few rows that lost most', { a: 500, b: 99 }, { a: 500, b: 1 }],
    ['a table that lost less than half', { a: 500, b: 1_000 }, { a: 500, b: 501 }],
  ])('are not %s', (_, before, after) => {
    expect(judge(next(after), [dumpOf(before, day(20))])).toEqual([]);
  });

  it('and those that lost half of their rows', () => {
    const [finding] = judge(next({ 'public.users': 1_000, 'public.orders': 2_500 }), [shop]);
    expect(finding).toMatchObject({
      reason: 'rows-lost',
      finding: expect.stringContaining('public.orders (2500 after 5000)'),
    });
  });

  it('follow the percentage and the exceptions of the plan', () => {
    const after = next({ 'public.users': 1_000, 'public.orders': 4_400 });
    expect(reasons(contentsInput(after, [shop]))).toEqual([]);
    expect(judge(after, [shop], { shrinkWarningPercent: 10 })[0]).toMatchObject({
      reason: 'rows-lost',
    });
    const emptied = next({ 'public.users': 1_000, 'public.orders': 0 });
    expect(
      judge(emptied, [shop], { ignoreTables: ['*.ord*'] }).map(({ reason }) => reason),
    ).toEqual([]);
  });

  it('of a cluster are told apart by database', () => {
    const cluster = (rows: number): DumpContents => ({
      ...shop,
      ...day(rows),
      databases: ['crm', 'shop'],
      tableList: [
        { database: 'crm', name: 'public.users', bytes: 5_000, rows: 500 },
        { database: 'shop', name: 'public.users', bytes: 5_000, rows },
      ],
    });
    expect(judge(cluster(10), [cluster(900)])[0]).toMatchObject({
      reason: 'rows-lost',
      finding: expect.stringContaining('shop: public.users (10 after 900)'),
    });
  });

  it('are told in no time, however many there are', () => {
    // Letters, for tables whose names differ in numbers are one.
    const letters = (n: number) =>
      n.toString(36).replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
    const many = (prefix: string) =>
      Object.fromEntries(
        Array.from({ length: 6_000 }, (_, n) => [
          `${prefix}_${letters(n)}_${letters(n * 7)}`,
          n + 1,
        ]),
      );
    const [before, after] = [dumpOf(many('a'), day(20)), next(many('zz'))];
    const started = performance.now();
    const [finding] = judge(after, [before]);
    expect(finding?.reason).toBe('tables-vanished');
    expect(finding?.finding).toMatch(/ and \d+ more$/);
    expect(performance.now() - started).toBeLessThan(1_000);
    const moved = Object.fromEntries(
      Object.entries(many('a')).map(([name, rows]) => [`shop.${name}`, rows]),
    );
    expect(judge(next(moved), [before])).toEqual([]);
  });

  it('are not looked for in a list that was cut, nor in another database', () => {
    const cut = { ...next({ a: 1_000, b: 5_000 }), isTableListCut: true };
    expect(judge(cut, [shop])).toEqual([]);
    expect(judge(next({ a: 1 }, { database: 'crm' }), [shop])).toEqual([]);
  });
});

describe('tables of names like those that are made to go away', () => {
  const rest = { 'public.users': 5_000 };

  it.each<[string, Tables]>([
    ['a temperature', { 'public.temp_readings': 5_000_000 }],
    ['temperatures', { 'public.readings_temp': 5_000_000 }],
    ['a schema', { 'new.orders': 5_000_000 }],
    ['points where parcels are left', { 'public.drop_points': 3_000 }],
    ['jobs that copy', { 'public.copy_jobs': 3_000 }],
    ['texts', { 'public.email_copy': 3_000 }],
    ['backups of devices', { 'public.device_backup': 3_000 }],
    ['what is old, and most of the rows', { 'public.orders_old': 50_000, 'public.orders': 1_000 }],
    ['a schema that holds most of the rows', { 'staging.orders': 50_000 }],
  ])('%s: are missed when they vanish or lose their rows', (_, tables) => {
    const [name = ''] = Object.keys(tables);
    const { [name]: gone, ...others } = tables;
    const before = dumpOf({ ...tables, ...rest }, day(20));
    expect(gone).toBeGreaterThan(1_000);
    expect(judge(next({ ...others, ...rest }), [before])[0]).toMatchObject({
      reason: 'tables-vanished',
      finding: expect.stringContaining(name),
    });
    expect(judge(next({ ...others, ...rest, [name]: 0 }), [before])[0]).toMatchObject({
      reason: 'rows-lost',
      finding: expect.stringContaining(name),
    });
  });

  it.each<[string, Tables, Tables?]>([
    ['a copy beside its original', { 'public.orders_copy': 900, 'public.orders': 1_000 }],
    ['a backup of a table', { 'public.orders_backup_2024': 900, 'public.orders': 1_000 }],
    ['several of them', { 'public.users_bak_1': 900, 'public.users_bak_2': 900 }],
    ['what a change of a table left', { 'public._orders_gho': 900, 'public._orders_del': 900 }],
    ['what it was before a change', { 'public.orders_old': 900 }],
    ['what is loaded', { 'public.tmp_import': 900, 'public.import_tmp_3': 900 }],
    ['a schema for it', { 'staging.orders': 900, 'tmp.x': 90, 'scratch.y': 90 }],
    ['staging beside it', { 'public.orders_staging': 900, 'public.orders': 1_000 }],
  ])('%s: are not missed', (_, tables) => {
    const stays = Object.keys(tables).filter((name) => name === 'public.orders');
    const kept = Object.fromEntries(stays.map((name) => [name, 1_000]));
    const before = dumpOf({ ...tables, ...rest }, day(20));
    expect(judge(next({ ...kept, ...rest }), [before])).toEqual([]);
  });
});

describe('what has no rows that are counted', () => {
  const inserts = (bytes: Record<string, number>, number: number): DumpContents => {
    const { rows: _, ...dump } = dumpOf({ 'public.orders': 1 }, day(number));
    const tableList = Object.entries(bytes).map(([name, size]) => ({ name, bytes: size }));
    const tableBytes = tableList.reduce((sum, table) => sum + table.bytes, 0);
    return { ...dump, tables: tableList.length, tableBytes, tableList };
  };
  const before = inserts({ 'public.orders': 10_000_000, 'public.users': 50_000_000 }, 20);

  it('is compared by bytes', () => {
    const after = inserts({ 'public.orders': 2, 'public.users': 50_000_000 }, 21);
    expect(judge(after, [before])).toMatchObject([
      {
        reason: 'rows-lost',
        finding: expect.stringMatching(/public\.orders \(2 bytes after 10.0 MB\)/i),
      },
    ]);
  });

  it.each([
    ['where all are written shorter', { 'public.orders': 4_900_000, 'public.users': 25_500_000 }],
    ['that lost less', { 'public.orders': 6_000_000, 'public.users': 50_000_000 }],
  ])('%s is not accused', (_, bytes) => {
    expect(judge(inserts(bytes, 21), [before])).toEqual([]);
  });

  it('and is small may rise and fall', () => {
    const [a, b] = [9_000, 10].map((size, index) =>
      inserts({ 'public.orders': size, 'public.users': 50_000_000 }, 20 + index),
    );
    if (a && b) expect(judge(b, [a])).toEqual([]);
  });
});

describe('large objects', () => {
  const holding = (largeObjects: number, number: number): DumpContents => ({
    ...dumpOf({ 'public.docs': 5_000 }, day(number)),
    largeObjects,
  });

  it.each([
    [90_000, 0, ['large-objects-lost']],
    [90_000, 45_000, ['large-objects-lost']],
    [90_000, 45_001, []],
    [99, 0, []],
    [0, 0, []],
  ])('%i, then %i: %j', (before, after, found) => {
    expect(judge(holding(after, 21), [holding(before, 20)]).map(({ reason }) => reason)).toEqual(
      found,
    );
  });

  it('of another database are not compared', () => {
    const crm = { ...holding(0, 21), database: 'crm', databases: ['crm'] };
    expect(judge(crm, [holding(90_000, 20)])).toEqual([]);
  });
});
