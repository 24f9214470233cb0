import { describe, expect, it } from 'vitest';
import type { ContentsInput } from '../../../../functions/verify-backup/contents-finding.ts';
import { decideContents } from '../../../../functions/verify-backup/decide-contents.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import type { DumpContents } from '../../../../shared/postgres-archive/dump-contents.ts';
import type { BaseBackupContents } from '../../../../shared/postgres-base-backup/base-backup-contents.ts';
import { storedBackup } from '../../../support/backup-policies.ts';
import { contentsInput, dumpOf, walkOf } from '../../../support/dump-contents.ts';
import { day, judge, next, reasons, shop } from '../../../support/judged-contents.ts';

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
