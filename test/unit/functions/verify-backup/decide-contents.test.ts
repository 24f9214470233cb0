import { describe, expect, it } from 'vitest';
import type { ContentsInput } from '../../../../functions/verify-backup/contents-finding.ts';
import { decideContents } from '../../../../functions/verify-backup/decide-contents.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import type { DumpContents } from '../../../../shared/postgres-archive/dump-contents.ts';
import type { BaseBackupContents } from '../../../../shared/postgres-base-backup/base-backup-contents.ts';
import { storedBackup } from '../../../support/backup-policies.ts';
import { contentsInput, dumpOf, type Tables, walkOf } from '../../../support/dump-contents.ts';

const reasons = (input: ContentsInput): string[] =>
  decideContents(input).map(({ reason }) => reason);
const judge = (
  dump: DumpContents | undefined,
  before: DumpContents[] = [],
  backup: Partial<StoredBackup> = {},
  changes: Partial<ContentsInput> = {},
) => decideContents(contentsInput(dump, before, { backup: storedBackup(backup), ...changes }));

const day = (number: number) => ({
  createdAt: `2026-11-${String(number).padStart(2, '0')}T02:00:00`,
});
const shop = dumpOf({ 'public.users': 1_000, 'public.orders': 5_000 }, day(20));
const next = (tables: Tables, said = {}) => dumpOf(tables, { ...day(21), ...said });
const nothing = next({}, { objects: 0 });
const schemaOnly = next({}, { objects: 20 });

describe('a dump that holds what it should', () => {
  it.each([
    ['the first of its series', next({ 'public.users': 1 }), []],
    ['with a few rows less', next({ 'public.users': 900, 'public.orders': 4_800 }), [shop]],
    ['of a schema, the first', schemaOnly, []],
    ['of a schema after one of a schema', schemaOnly, [dumpOf({}, { ...day(20), objects: 20 })]],
    ['of an idle database', next({ 'public.users': 1_000, 'public.orders': 5_000 }), [shop]],
    ['whose format names nothing', undefined, [shop]],
    [
      'with large objects alone',
      { ...next({}, { objects: 3 }), largeObjects: 4 },
      [{ ...shop, largeObjects: 4 }],
    ],
  ])('%s is not accused', (_, dump, before) => {
    const size = { walk: walkOf(dump) };
    expect(
      judge(dump, before, {}, size).filter(({ reason }) => reason !== 'tables-vanished'),
    ).toEqual([]);
  });
});

describe('an empty dump', () => {
  it.each([
    ['nothing, the first', nothing, [], {}, 'empty-dump', 'warning'],
    ['nothing, after data', nothing, [shop], {}, 'empty-dump', 'critical'],
    [
      'nothing, where a schema is promised',
      nothing,
      [],
      { contains: 'schema' },
      'empty-dump',
      'critical',
    ],
    ['definitions, after data', schemaOnly, [shop], {}, 'no-data', 'critical'],
    [
      'definitions, where data is promised',
      schemaOnly,
      [],
      { contains: 'data' },
      'no-data',
      'critical',
    ],
    [
      'every table, but not one row',
      next({ 'public.users': 0, 'public.orders': 0 }),
      [shop],
      { severity: 'warning' },
      'no-data',
      'warning',
    ],
    [
      'rows without definitions, after both',
      next({ 'public.users': 1_000, 'public.orders': 5_000 }, { objects: 0 }),
      [shop],
      {},
      'no-schema',
      'warning',
    ],
  ] as const)('of %s', (_, dump, before, backup, reason, severity) => {
    expect(judge(dump, [...before], backup)[0]).toMatchObject({ reason, severity });
  });

  it('after an empty one is still one', () => {
    expect(judge(schemaOnly, [shop, schemaOnly, schemaOnly])[0]).toMatchObject({
      reason: 'no-data',
      finding: expect.stringContaining('2026-11-01T02:05:00.000Z'),
    });
  });

  it('is not one of the roles of a cluster', () => {
    const globals = next({}, { objects: 0, roles: ['app'] });
    expect(judge(globals)).toMatchObject([{ reason: 'empty-dump' }]);
    const walk = walkOf(globals, { format: 'pg-dumpall plain' });
    expect(judge(globals, [], {}, { walk })).toEqual([]);
  });

  it('is what the plan says', () => {
    expect(judge(schemaOnly, [shop], { contains: 'schema' })).toEqual([]);
    const dataOnly = next({ 'public.users': 1_000, 'public.orders': 5_000 }, { objects: 0 });
    expect(judge(dataOnly, [shop], { contains: 'data' })).toEqual([]);
  });
});

describe('a dump of another database', () => {
  const other = next({ 'public.users': 1_000 }, { database: 'postgres' });

  it('than the plan says is as loud as the backup', () => {
    expect(judge(other, [], { database: 'shop' })).toMatchObject([
      {
        reason: 'wrong-database',
        severity: 'critical',
        finding: 'is of database postgres, not of shop as the plan says',
      },
    ]);
    expect(judge(other, [], { database: 'postgres' })).toEqual([]);
  });

  it('than three before it is a warning, than two is none, for they may be several', () => {
    expect(judge(other, [shop, shop, shop])).toMatchObject([
      { reason: 'wrong-database', severity: 'warning' },
    ]);
    expect(judge(other, [shop, shop])).toEqual([]);
  });

  it('is judged only where the dump names one', () => {
    const { database: _, ...unnamed } = { ...shop, databases: [] };
    expect(judge(unnamed, [], { database: 'mailblast' })).toEqual([]);
  });

  it('in a cluster is the one that the plan names', () => {
    const cluster = { ...shop, databases: ['crm', 'shop'] };
    expect(judge(cluster, [], { database: 'shop' })).toEqual([]);
    expect(judge(cluster, [], { database: 'mail' })).toMatchObject([{ reason: 'wrong-database' }]);
    expect(judge({ ...cluster, databases: ['new', 'shop'] }, [cluster, cluster, cluster])).toEqual(
      [],
    );
    expect(
      judge({ ...cluster, databases: ['mail', 'web'] }, [cluster, cluster, cluster])[0],
    ).toMatchObject({ reason: 'wrong-database' });
  });
});

describe('a dump that is older than its name says', () => {
  const named = (name: string, changes: Partial<ContentsInput> = {}) =>
    judge(dumpOf({ 'public.users': 1 }, day(21)), [], {}, { name, ...changes });
  const later = { lastModified: new Date('2026-11-28T02:05:00Z') };

  it.each([
    'shop-2026-11-28.dump',
    'shop-20261128T020000Z.dump',
    '2026/11/28/shop.dump',
    'shop-1795831200.dump',
    'shop-2026-11-22T16:01.dump',
  ])('%s is found', (name) => {
    expect(named(name, later)).toMatchObject([
      {
        reason: 'older-than-its-name',
        severity: 'warning',
        finding: expect.stringMatching(
          /^was dumped at 2026-11-21T02:00:00 .*, ([67] days|38 hours) before/,
        ),
      },
    ]);
  });

  it.each([
    ['that names the day before', 'shop-2026-11-20.dump', {}],
    ['that names the day after, in another time zone', 'shop-2026-11-22T16:00.dump', later],
    ['that says nothing', 'latest.dump', later],
    ['with when it was made and when it expires', 'shop-2026-11-21-until-2027-11-21.dump', later],
    ['with a number that is no time', 'shop-20991128.dump', later],
    ['that was uploaded a week later under its own name', 'shop-2026-11-21.dump', later],
  ])('%s is not', (_, name, changes) => {
    expect(named(name, changes)).toEqual([]);
  });

  it('is as loud as a stale one', () => {
    const fresh = { withinSeconds: 3_600, severity: 'critical' as const, stated: true };
    const dump = dumpOf({ 'public.users': 1 }, day(21));
    const changes = { ...later, name: 'a-2026-11-28.dump' };
    expect(judge(dump, [], { fresh }, changes)).toMatchObject([{ severity: 'critical' }]);
  });

  it('cannot be told of a dump that does not say when it was taken', () => {
    const dump = dumpOf({ 'public.users': 1 }, { createdAt: undefined });
    expect(judge(dump, [], {}, { ...later, name: 'shop-2026-11-28.dump' })).toEqual([]);
  });
});

describe('the same dump under another name', () => {
  it('is found by when it was taken', () => {
    expect(judge(shop, [shop])).toMatchObject([
      { reason: 'not-new', finding: expect.stringContaining('same dump as 0.dump') },
    ]);
  });

  it('is found where it may be of something else by its name, too', () => {
    const { previous, ...input } = contentsInput(shop, [shop]);
    expect(reasons({ ...input, previous: undefined, beside: previous })).toEqual(['not-new']);
  });

  it('is none where anything differs, under its own name, or where no time is written', () => {
    expect(judge(next({ 'public.users': 1_000, 'public.orders': 5_000 }), [shop])).toEqual([]);
    expect(judge(shop, [shop], {}, { walk: walkOf(shop, { plainBytes: 999 }) })).toEqual([]);
    expect(judge(shop, [shop], {}, { key: 'db/full/0.dump' })).toEqual([]);
    const { createdAt: _, ...timeless } = shop;
    expect(judge(timeless, [timeless])).toEqual([]);
  });
});

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

describe('the size of a backup', () => {
  const sized = (plainBytes: number, backup: Partial<StoredBackup> = {}) =>
    decideContents({
      ...contentsInput(undefined, [], { backup: storedBackup(backup) }),
      walk: walkOf(undefined, { plainBytes, format: 'pg-dump plain' }),
      previous: {
        key: 'db/full/before',
        lastModified: '2026-01-01T00:00:00.000Z',
        plainBytes: 100,
        written: 'pg-dump plain',
      },
    });

  it.each([
    [51, []],
    [50, ['shrunk']],
    [1, ['shrunk']],
    [100, []],
    [500, []],
  ])('%i after 100', (bytes, expected) => {
    expect(sized(bytes).map(({ reason }) => reason)).toEqual(expected);
  });

  it('follows the percentage of the plan', () => {
    expect(sized(89, { shrinkWarningPercent: 10 })).toMatchObject([
      { reason: 'shrunk', severity: 'warning', finding: expect.stringContaining('11% smaller') },
    ]);
    expect(sized(91, { shrinkWarningPercent: 10 })).toEqual([]);
  });

  it('of as many rows is no loss, for INSERTs are longer than COPY', () => {
    const inserts = { ...shop, tableBytes: 900_000 };
    inserts.tableList = shop.tableList.map((table) => ({ ...table, bytes: table.bytes * 10 }));
    const copied = next({ 'public.users': 1_000, 'public.orders': 5_000 });
    expect(judge(copied, [inserts])).toEqual([]);
  });

  it('is not judged where it is written in another way, for rows tell more', () => {
    const same = { 'public.users': 1_000, 'public.orders': 5_000 };
    const packed = next(same, { compression: 'zstd' });
    const walk = walkOf(packed, { plainBytes: 10 });
    expect(judge(packed, [shop], {}, { walk })).toEqual([]);
  });
});

describe('a dump for a server', () => {
  const made = (server: string, dumper: string, archiveVersion?: string) =>
    next({ 'public.users': 1 }, { serverVersion: server, dumpVersion: dumper, archiveVersion });
  const into = (postgres: number, dump: DumpContents) =>
    judge(dump, [], { restoreTo: { postgres } }).map(({ reason, severity }) => [reason, severity]);

  it.each([
    [15, made('15.18', '15.18', '1.14'), []],
    [17, made('15.18', '17.2', '1.16'), []],
    [12, made('12.4', '12.4', '1.14'), []],
    [15, made('15.18', '16.3', '1.15'), [['target-too-old', 'critical']]],
    [15, made('15.18', '17.2', '1.16'), [['target-too-old', 'critical']]],
    [14, made('15.18', '15.18', '1.14'), [['target-too-old', 'warning']]],
    [15, made('15.18', '17.2'), [['target-too-old', 'warning']]],
    [15, made('17.2 (Debian 17.2-1)', '17.2'), [['target-too-old', 'warning']]],
    [18, made('9.6.24', '9.6.24', '1.12'), []],
  ] as const)('%i, %#', (postgres, dump, expected) => {
    expect(into(postgres, dump)).toEqual(expected);
  });

  it('is not judged where the plan says nothing', () => {
    expect(judge(made('18.1', '18.1', '1.16'))).toEqual([]);
  });

  it('needs its extensions and its roles there, where the plan lists them', () => {
    const dump = next(
      { 'public.users': 1 },
      {
        extensions: ['hstore', 'pg_trgm', 'plpgsql'],
        roles: ['app', 'pg_database_owner', 'postgres'],
      },
    );
    const restoreTo = { postgres: 15, extensions: ['hstore'], roles: ['postgres'] };
    expect(judge(dump, [], { restoreTo })).toMatchObject([
      { reason: 'extension-missing', finding: expect.stringMatching(/: pg_trgm$/) },
      { reason: 'role-missing', finding: expect.stringMatching(/: app$/) },
    ]);
    expect(judge(dump, [], { restoreTo: { postgres: 15 } })).toEqual([]);
    const walk = walkOf(dump, { format: 'pg-dumpall plain' });
    expect(judge(dump, [], { restoreTo }, { walk }).map(({ reason }) => reason)).toEqual([
      'extension-missing',
    ]);
  });
});

it('the worst of several findings comes first', () => {
  const dump = next({}, { objects: 4, database: 'postgres' });
  expect(judge(dump, [shop, shop, shop], { database: 'shop' }).map(({ reason }) => reason)).toEqual(
    ['no-data', 'wrong-database'],
  );
});

describe('a base backup without WAL', () => {
  const baseBackup = {
    serverVersion: '15',
    systemIdentifier: '7300000000000000000',
    state: 'in production',
    timeline: 1,
    startLsn: '0/2000028',
    isIncremental: false,
    files: 970,
    bytes: 30_000_000,
    tablespaces: [],
    dataChecksums: false,
    pages: 3_000,
    pagesVerified: 0,
  };
  const of = (changes: Partial<BaseBackupContents>, hasWalArchive = false) => {
    const walk = walkOf(undefined, { baseBackup: { ...baseBackup, ...changes } });
    return reasons(contentsInput(undefined, [], { walk, hasWalArchive }));
  };

  it('is accused where the plan has no archive of it', () => {
    expect(of({})).toEqual(['wal-missing']);
  });

  it.each([
    ['with its own WAL', of({ wal: { segments: 1, bytes: 16_777_216 } })],
    ['beside an archive', of({}, true)],
    ['of a server that was shut down', of({ startLsn: undefined, state: 'shut down' })],
  ])('%s is not', (_, found) => {
    expect(found).toEqual([]);
  });
});
